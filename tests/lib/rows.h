/* A table of cases as tests: each row passes or fails by its name. */
#ifndef TESTS_ROWS_H
#define TESTS_ROWS_H

#include <stddef.h>
#include <stdint.h>

/* One test, of a line of text. */
#define CASE(row, test)                                                        \
    {                                                                          \
        (row), (test), NULL, NULL, (void *)(uintptr_t)(row)                    \
    }

/* Write @count tests from @tests[at] on, one for each of @rows, whose first
 * member is its name; @test gets the row as its state. Returns at + count.
 * After <cmocka.h>. */
static inline size_t add_rows(struct CMUnitTest *tests, size_t at,
                              const void *rows, size_t count, size_t size,
                              CMUnitTestFunction test)
{
    for (size_t i = 0; i < count; i++) {
        void *row = (void *)((uintptr_t)rows + i * size);

        tests[at++] = (struct CMUnitTest){.name = *(const char *const *)row,
                                          .test_func = test,
                                          .initial_state = row};
    }
    return at;
}

#endif
