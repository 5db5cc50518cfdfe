/* Errors: a negative errno and one sentence for a person. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

struct err {
    int code;       /* negative errno; 0 while nothing went wrong */
    char text[400]; /* one sentence, no newline: what, where, what would do */
};

/* Fill @err and return @code, so that "return err_set(...)" reads well. @err
 * may be NULL. "%m" in the format is strerror(-@code). Keeps errno. */
int err_set(struct err *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
