/* Words, numbers and streams that all exports share. Runs in the screen
 * process or in a command. */
#include "export/names.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

const char *export_badge_word(enum badge badge)
{
    switch (badge) {
    case BADGE_MODEL:
        return "model";
    case BADGE_REPLAY:
        return "replay";
    case BADGE_MEASURED:
        break;
    }
    return "measured";
}

char *export_worker_name(char *buf, size_t size, int worker)
{
    if (worker < 62)
        snprintf(buf, size, "worker %c", trace_letter(worker));
    else
        snprintf(buf, size, "worker %c #%d", trace_letter(worker), worker);
    return buf;
}

void export_result(const struct trace *t, struct text *out)
{
    const struct spec *s = &t->spec;
    const char *each = s->tasks == 1 ? "" : " in each task";

    if (!t->metrics.has[METRIC_CHECKSUM])
        return;
    int64_t sum = (int64_t)t->metrics.value[METRIC_CHECKSUM];
    switch (s->workload) {
    case WORKLOAD_PRIMES:
        text_addf(out, "%" PRId64 " primes up to %" PRId64 "%s", sum, s->limit,
                  each);
        break;
    case WORKLOAD_SUMSQUARES:
        text_addf(out, "the sum of all squares, modulo 2^53, is %" PRId64, sum);
        break;
    case WORKLOAD_FACTORIAL:
        text_addf(out, "%" PRId64 "! has %" PRId64 " digits", s->limit,
                  t->result_digits);
        break;
    default:
        text_addf(out, "checksum %" PRId64, sum);
        break;
    }
}

char *export_real(char *buf, size_t size, double x)
{
    snprintf(buf, size, "%.12g", x);
    return buf;
}

void export_utf8(const char *s, struct text *out)
{
    char one[5];
    uint32_t codepoint;

    while (*s) {
        s += text_decode(s, &codepoint);
        text_encode(one, codepoint);
        text_add(out, one);
    }
}

int export_finish(FILE *out, int error, const char *what, struct err *err)
{
    if (!error && fflush(out) != 0)
        error = errno ? errno : EIO;
    if (!error && ferror(out))
        error = EIO;
    if (!error)
        return 0;
    if (error == ENOSPC)
        return err_set(err, -error,
                       "the disk is full: %s could not be written to its end",
                       what);
    return err_set(err, -error, "cannot write %s: %m", what);
}
