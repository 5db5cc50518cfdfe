/* A stream of Chrome trace events: the little JSON that it takes, written piece
 * by piece, fast. Runs in the screen process or in a command. */
#include "export/events.h"

#include <errno.h>

#include "base/text.h"

/* ---- JSON, the little that is needed ------------------------------------ */

void events_put(struct events *e, const char *s)
{
    fputs_unlocked(s, e->out);
}

void events_integer(struct events *e, int64_t n)
{
    char digits[24], *at = digits + sizeof(digits);
    uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

    *--at = '\0';
    do
        *--at = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (n < 0)
        *--at = '-';
    events_put(e, at);
}

/* @thousandths as a number with three decimals: ns as us. */
void events_fixed(struct events *e, int64_t thousandths)
{
    uint64_t n = (uint64_t)thousandths;
    int rest;

    if (thousandths < 0) {
        n = 0 - n;
        events_put(e, "-");
    }
    rest = (int)(n % 1000);
    events_integer(e, (int64_t)(n / 1000));
    putc_unlocked('.', e->out);
    putc_unlocked('0' + rest / 100, e->out);
    putc_unlocked('0' + rest / 10 % 10, e->out);
    putc_unlocked('0' + rest % 10, e->out);
}

/* Quoted. What is not UTF-8 becomes U+FFFD. */
void events_string(struct events *e, const char *s)
{
    char one[5];
    uint32_t codepoint;

    events_put(e, "\"");
    while (*s) {
        s += text_decode(s, &codepoint);
        if (codepoint == '"' || codepoint == '\\')
            events_put(e, "\\");
        if (codepoint < 0x20) {
            fprintf(e->out, "\\u%04x", (unsigned)codepoint);
            continue;
        }
        text_encode(one, codepoint);
        events_put(e, one);
    }
    events_put(e, "\"");
}

/* ---- events ------------------------------------------------------------- */

void event_open(struct events *e, const char *kind, int pid, int tid)
{
    events_put(e, e->any ? ",\n{\"ph\":\"" : "\n{\"ph\":\"");
    e->any = true;
    events_put(e, kind);
    events_put(e, "\",\"pid\":");
    events_integer(e, pid);
    if (tid) {
        events_put(e, ",\"tid\":");
        events_integer(e, tid);
    }
}

void event_at(struct events *e, int64_t at_ns)
{
    events_put(e, ",\"ts\":");
    events_fixed(e, at_ns - e->gate_ns);
}

/* @name is a word of ours that needs no escapes. */
void event_name(struct events *e, const char *name)
{
    events_put(e, ",\"name\":\"");
    events_put(e, name);
    events_put(e, "\"");
}

void event_close(struct events *e)
{
    events_put(e, "}");
    if (ferror_unlocked(e->out) && !e->error)
        e->error = errno ? errno : EIO;
}

void event_slice(struct events *e, int pid, int tid, int64_t start_ns,
                 int64_t end_ns, const char *name)
{
    event_open(e, "X", pid, tid);
    event_at(e, start_ns);
    events_put(e, ",\"dur\":");
    events_fixed(e, end_ns - start_ns);
    event_name(e, name);
}

/* Only the first such argument of an event. */
void event_argument(struct events *e, const char *name, int64_t value)
{
    events_put(e, ",\"args\":{\"");
    events_put(e, name);
    events_put(e, "\":");
    events_integer(e, value);
    events_put(e, "}");
}

void event_metadata(struct events *e, const char *what, int pid, int tid,
                    const char *name)
{
    event_open(e, "M", pid, tid);
    event_name(e, what);
    events_put(e, ",\"args\":{\"name\":");
    events_string(e, name);
    events_put(e, "}");
    event_close(e);
}

void event_sort_index(struct events *e, const char *what, int pid, int tid,
                      int index)
{
    event_open(e, "M", pid, tid);
    event_name(e, what);
    event_argument(e, "sort_index", index);
    event_close(e);
}
