/* Error sentences. Every process of timeslice uses this. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int err_set(struct err *err, int code, const char *format, ...)
{
    int kept = errno;
    va_list ap;

    if (err == NULL)
        return code;
    err->code = code;
    va_start(ap, format);
    errno = -code; /* what %m reads */
    vsnprintf(err->text, sizeof(err->text), format, ap);
    va_end(ap);
    /* Words that somebody typed are quoted in it: one line, no escapes. */
    for (char *c = err->text; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    }
    errno = kept;
    return code;
}
