/* A program with the micro-steps under each line. Pure; any thread. */
#include <stdio.h>
#include <string.h>

#include "export/steps.h"

#define NUMBER 4 /* columns of a line's number */
#define INDENT 6 /* of a micro-step's line */

struct lister {
    const struct stepper *machine;
    const struct program *p;
    struct text *out;
};

/* "o load r <- x" lines of @thread's operations of source line @line (0: all of
 * them, numbered). */
static void add_ops(const struct lister *l, int thread, int line,
                    struct text *out)
{
    const struct tsl_thread *t = &l->p->threads[thread];
    char words[128];

    for (int i = 0; i < t->op_count; i++) {
        const struct op *op = &t->ops[i];
        bool begins = op->begins >> l->machine->rules.granularity & 1;

        if (op->line != line || (line > 0 && op->kind == OP_HALT))
            continue;
        op_text(l->p, thread, i, words, sizeof(words));
        if (line == 0)
            text_addf(out, "%3d ", i + 1);
        text_addf(out, "%s %s\n", begins ? "o" : ".", words);
    }
}

/* The names of all threads whose operations read the same as those of @thread,
 * which get their bit in *@told. */
static void add_who(const struct lister *l, const struct text *ops, int thread,
                    const struct text *all, uint32_t *told, struct text *out)
{
    int same = 0, last = thread;

    for (int t = thread; t < l->p->thread_count; t++) {
        if (*told >> t & 1 || strcmp(text_str(&all[t]), text_str(ops)) != 0)
            continue;
        *told |= UINT32_C(1) << t;
        same++;
        last = t;
    }
    text_add(out, l->p->threads[thread].name);
    if (same > 1)
        text_addf(out, "%s%s", same > 2 ? ".." : ", ",
                  l->p->threads[last].name);
}

/* The micro-steps of source line @line, each different text once. */
static void list_ops(const struct lister *l, int line)
{
    struct text all[TSL_THREADS] = {{0}};
    uint32_t told = 0;

    for (int t = 0; t < l->p->thread_count; t++)
        add_ops(l, t, line, &all[t]);
    for (int t = 0; t < l->p->thread_count; t++) {
        struct text who = {0};
        const char *at = text_str(&all[t]);

        if (told >> t & 1 || all[t].len == 0)
            continue;
        add_who(l, &all[t], t, all, &told, &who);
        for (int n = 0; *at; n++) {
            int length = (int)strcspn(at, "\n");

            text_addf(l->out, "%*s", INDENT, "");
            text_pad(l->out, n == 0 ? text_str(&who) : "", 12);
            text_addf(l->out, " %.*s\n", length, at);
            at += length + 1;
        }
        text_fini(&who);
    }
    for (int t = 0; t < l->p->thread_count; t++)
        text_fini(&all[t]);
}

static void list_source(const struct lister *l)
{
    const char *at = l->p->source;

    for (int line = 1; *at; line++) {
        int length = (int)strcspn(at, "\n");
        int shown = length > 0 && at[length - 1] == '\r' ? length - 1 : length;

        if (shown > 0)
            text_addf(l->out, "%*d  %.*s\n", NUMBER, line, shown, at);
        else
            text_addf(l->out, "%*d\n", NUMBER, line);
        list_ops(l, line);
        at += length;
        at += *at == '\n';
    }
}

void steps_listing(const struct stepper *m, struct text *out)
{
    const struct lister l = {.machine = m, .p = m->program, .out = out};

    if (l.p->source)
        list_source(&l);
    else
        list_ops(&l, 0);
}

void steps_wrap(struct text *out, const char *s, int at, int indent,
                int columns)
{
    bool fresh = true; /* nothing on this line yet but the indent */

    while (*s) {
        int length = (int)strcspn(s, " ");
        char word[200];
        int width;

        if (strncmp(s + length, " %", 2) == 0) /* "50 %" stays together */
            length += 1 + (int)strcspn(s + length + 1, " ");
        snprintf(word, sizeof(word), "%.*s", length, s);
        width = text_columns(word);
        if (!fresh && at + 1 + width > columns) {
            text_addf(out, "\n%*s", indent, "");
            at = indent;
            fresh = true;
        }
        text_addf(out, "%s%s", fresh ? "" : " ", word);
        at += width + !fresh;
        fresh = false;
        s += length;
        s += strspn(s, " ");
    }
    text_add(out, "\n");
}

void steps_name(const struct program *p, struct text *out)
{
    static const char suffix[] = ".tsl";
    const char *slash = strrchr(p->name, '/');
    const char *name = slash ? slash + 1 : p->name;
    size_t length = strlen(name), cut = sizeof(suffix) - 1;

    if (length > cut && strcmp(name + length - cut, suffix) == 0)
        length -= cut;
    text_addf(out, "%.*s", (int)length, name);
}
