/* What the files of agree.h share. Not for others. */
#ifndef TESTS_LIB_AGREE_PARTS_H
#define TESTS_LIB_AGREE_PARTS_H

#include "base/text.h"

/* Adds what differs, and a newline; false, so that "return agree_differs(...)"
 * reads well. */
bool agree_differs(struct text *why, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool agree_same(struct text *why, const char *what, long got, long naive);

#endif
