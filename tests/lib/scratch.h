/* One file for a test to write and to have read. In the test process. */
#ifndef TESTS_LIB_SCRATCH_H
#define TESTS_LIB_SCRATCH_H

/* Where it is; good between make and remove, which are cmocka's group setup and
 * teardown. */
extern char scratch[];
int scratch_make(void **state);
int scratch_remove(void **state);
/* It holds @text and nothing else. */
void scratch_write(const char *text);

#endif
