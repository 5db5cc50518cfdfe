/* See scratch.h. In the test process. */
#include "lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

char scratch[] = "/tmp/timeslice-test-XXXXXX";

int scratch_make(void **state)
{
    int fd = mkstemp(scratch);

    (void)state;
    if (fd >= 0)
        close(fd);
    return fd < 0 ? -1 : 0;
}

int scratch_remove(void **state)
{
    (void)state;
    unlink(scratch);
    return 0;
}

void scratch_write(const char *text)
{
    FILE *f = fopen(scratch, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}
