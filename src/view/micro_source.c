/* The program of the microscope: its text, the chosen thread's micro-steps
 * under the statements, and in the margin where each thread is. Micro-steps
 * that came without a text are listed thread by thread. Any thread. */
#include <stdlib.h>
#include <string.h>

#include "view/micro_parts.h"

/* A row of the panel: a line of the text, a heading, or a micro-step. */
struct row {
    int line;   /* of the text, from 1; 0: none */
    int thread; /* of a heading or a micro-step */
    int op;     /* -1: none */
};

/* All rows, and where the chosen thread is. */
struct listing {
    struct row *rows;
    int count, cap;
    int here; /* the row to keep in sight */
};

static void add_row(struct listing *l, struct row row)
{
    if (l->count == l->cap) {
        int cap = l->cap ? 2 * l->cap : 128;
        struct row *rows = realloc(l->rows, (size_t)cap * sizeof(*rows));

        if (!rows)
            return; /* less is shown */
        l->rows = rows;
        l->cap = cap;
    }
    l->rows[l->count++] = row;
}

/* ---- which micro-steps stand under a line ----------------------------------
 */

/* Jumps and the like say nothing that the text does not. */
static bool worth_showing(const struct op *op)
{
    return op->kind != OP_JMP && op->kind != OP_HALT;
}

/* A statement's operations, from @from on, that stand together. */
static int statement_end(const struct tsl_thread *t, int from)
{
    int to = from + 1;

    while (to < t->op_count && t->ops[to].line == t->ops[from].line &&
           t->ops[to].statement == t->ops[from].statement)
        to++;
    return to;
}

/* The same text twice is a function that was expanded twice. */
static bool same_text(const struct program *p, int thread, int a, int b,
                      int count)
{
    char one[80], two[80];

    for (int i = 0; i < count; i++) {
        op_text(p, thread, a + i, one, sizeof(one));
        op_text(p, thread, b + i, two, sizeof(two));
        if (p->threads[thread].ops[a + i].kind !=
                p->threads[thread].ops[b + i].kind ||
            strcmp(one, two) != 0)
            return false;
    }
    return true;
}

/* Is there another copy of the statement @from .. @to that is shown instead:
 * the one where the thread is, else the first? */
static bool shown_elsewhere(const struct program *p, int thread, int from,
                            int to, int pc)
{
    const struct tsl_thread *t = &p->threads[thread];

    if (pc >= from && pc < to)
        return false;
    for (int i = 0; i < t->op_count;) {
        int end = statement_end(t, i);
        bool here = pc >= i && pc < end;

        if (i != from && t->ops[i].line == t->ops[from].line &&
            end - i == to - from && (i < from || here) &&
            same_text(p, thread, i, from, end - i))
            return true;
        i = end;
    }
    return false;
}

static void add_steps(struct listing *l, const struct view_micro *v, int line,
                      int pc, bool brief)
{
    const struct tsl_thread *t = &v->program->threads[v->chosen];

    for (int i = 0; i < t->op_count;) {
        int end = statement_end(t, i);
        bool here = pc >= i && pc < end;

        if (t->ops[i].line == line && (!brief || here) &&
            !shown_elsewhere(v->program, v->chosen, i, end, pc))
            for (int k = i; k < end; k++)
                if (worth_showing(&t->ops[k]))
                    add_row(l, (struct row){0, v->chosen, k});
        i = end;
    }
}

/* ---- all rows --------------------------------------------------------------
 */

static int count_lines(const char *text)
{
    int lines = 0;

    for (; *text; lines++) {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return lines;
}

static int chosen_pc(const struct view_micro *v)
{
    return v->walk ? walk_state(v->walk)->locals[v->chosen].pc : 0;
}

/* Where the chosen thread is: at its micro-step, else at the line of it. */
static void find_here(struct listing *l, const struct view_micro *v)
{
    const struct tsl_thread *t = &v->program->threads[v->chosen];
    int pc = chosen_pc(v);

    l->here = 0;
    for (int i = 0; i < l->count; i++)
        if (l->rows[i].line > 0 && l->rows[i].line == t->ops[pc].line)
            l->here = i;
    for (int i = 0; i < l->count; i++)
        if (l->rows[i].op == pc && l->rows[i].thread == v->chosen)
            l->here = i;
}

/* Comments and blank lines that @text begins with. */
static int head_lines(const char *text)
{
    int lines = 0;

    for (;; lines++) {
        text += strspn(text, " \t\r");
        if (*text != '\n' && strncmp(text, "//", 2) != 0)
            return lines;
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
}

static void list_text(struct listing *l, const struct view_micro *v, bool brief)
{
    int lines = count_lines(v->program->source);
    int first = v->no_head ? head_lines(v->program->source) + 1 : 1;

    for (int line = first; line <= lines; line++) {
        add_row(l, (struct row){line, -1, -1});
        if (v->program->thread_count > 0)
            add_steps(l, v, line, chosen_pc(v), brief);
    }
}

static void list_operations(struct listing *l, const struct program *p)
{
    for (int t = 0; t < p->thread_count; t++) {
        add_row(l, (struct row){0, t, -1});
        for (int i = 0; i < p->threads[t].op_count; i++)
            add_row(l, (struct row){0, t, i});
    }
}

/* All micro-steps if they fit or are wanted, else those of one statement. */
static void list(struct listing *l, const struct view_micro *v, int room)
{
    *l = (struct listing){0};
    if (!v->program->source) {
        list_operations(l, v->program);
    } else {
        list_text(l, v, v->brief);
        if (l->count > room && !v->brief && v->common.presenter) {
            l->count = 0;
            list_text(l, v, true);
        }
    }
    find_here(l, v);
}

/* ---- the margin ------------------------------------------------------------
 */

/* Threads from one declaration run the same operations: a row of one is a row
 * of the other. */
static bool alike(const struct program *p, int a, int b)
{
    const struct tsl_thread *one = &p->threads[a], *two = &p->threads[b];

    if (one->op_count != two->op_count)
        return false;
    for (int i = 0; i < one->op_count; i++)
        if (one->ops[i].kind != two->ops[i].kind ||
            one->ops[i].line != two->ops[i].line ||
            one->ops[i].object != two->ops[i].object)
            return false;
    return true;
}

/* Is @thread at @row? A line counts only if its micro-step is not shown. */
static bool is_at(const struct view_micro *v, const struct listing *l,
                  const struct row *row, int thread)
{
    const struct state *s = walk_state(v->walk);
    int pc = s->locals[thread].pc;
    const struct op *op = &v->program->threads[thread].ops[pc];

    if (local_ended(v->program, thread, &s->locals[thread]))
        return false;
    if (row->op >= 0)
        return row->op == pc &&
               (row->thread == thread ||
                (v->program->source && alike(v->program, row->thread, thread)));
    if (row->line == 0 || op->line != row->line)
        return false;
    for (int i = 0; i < l->count; i++)
        if (l->rows[i].op == pc && alike(v->program, l->rows[i].thread, thread))
            return false;
    return true;
}

#define MARKS_MOST 4

static int margin_columns(const struct program *p)
{
    return (p->thread_count < MARKS_MOST ? p->thread_count : MARKS_MOST) + 2;
}

/* The keys of the threads that are at @row and an arrow; whether any is. */
static bool draw_margin(struct frame *f, struct box b,
                        const struct view_micro *v, const struct listing *l,
                        const struct row *row)
{
    enum micro_next arrow = MICRO_ENDED;
    int column = b.column, last = 0, room = margin_columns(v->program) - 2;
    struct text none = {0};

    for (int t = 0; v->walk && t < v->program->thread_count; t++) {
        enum micro_next next;

        if (!is_at(v, l, row, t))
            continue;
        next = micro_next_words(&none, v, t);
        text_fini(&none);
        if (arrow != MICRO_READY) {
            arrow = next;
            last = t;
        }
        if (column < b.column + room)
            frame_put(f, b.row, column++, micro_mark(t), view_worker_style(t));
    }
    if (column == b.column)
        return false;
    frame_put(f, b.row, column, micro_arrow(arrow), view_worker_style(last));
    return true;
}

/* ---- rows -------------------------------------------------------------------
 */

static const char *line_of(const char *text, int line, int *length)
{
    while (--line > 0)
        text += strcspn(text, "\n") + 1;
    *length = (int)strcspn(text, "\n");
    return text;
}

/* A comment of the text, from here on, is secondary. */
static void draw_code(struct frame *f, int row, int column, int max,
                      enum style style, const char *line, int length)
{
    char buf[400];
    char *comment;

    if (length >= (int)sizeof(buf))
        length = sizeof(buf) - 1;
    memcpy(buf, line, (size_t)length);
    buf[length] = '\0';
    for (char *s = buf; *s; s++)
        if (*s == '\t' || *s == '\r')
            *s = ' ';
    comment = strstr(buf, "//");
    if (comment) {
        int before = 0;
        char first = *comment;

        *comment = '\0';
        before = text_columns(buf);
        piece_text(f, row, column, max, style, buf);
        *comment = first;
        piece_text(f, row, column + before, max - before, STYLE_DIM, comment);
    } else {
        piece_text(f, row, column, max, style, buf);
    }
}

static int indent_of(const struct program *p, int line)
{
    int length, n = 0;
    const char *s;

    if (!p->source || line == 0)
        return 0;
    s = line_of(p->source, line, &length);
    while (n < length && (s[n] == ' ' || s[n] == '\t'))
        n++;
    return n;
}

/* What the thread's last time at @op gave, before the state looked at. */
static const struct access *last_access(const struct view_micro *v, int thread,
                                        int op)
{
    const struct walk *w = v->walk;

    for (int i = w ? w->at - 1 : -1; i >= 0; i--) {
        const struct done *d = &w->dones[i];

        if (d->action != thread)
            continue;
        for (int k = 0; k < d->access_count; k++)
            if (d->accesses[k].op == op)
                return &d->accesses[k];
    }
    return NULL;
}

static void draw_step(struct frame *f, struct box b, const struct view_micro *v,
                      const struct row *row, bool next)
{
    const struct op *op = &v->program->threads[row->thread].ops[row->op];
    const struct access *a = last_access(v, row->thread, row->op);
    bool local = !(op->begins >> v->walk->stepper->rules.granularity & 1) &&
                 !OP_IS_VISIBLE(op->kind);
    enum style style = next ? STYLE_HERO : local ? STYLE_DIM : STYLE_NORMAL;
    struct text value = {0};
    char words[120];
    int used = indent_of(v->program, op->line) + (v->program->source ? 4 : 2);

    if (used > b.columns / 3)
        used = b.columns / 3;
    op_text(v->program, row->thread, row->op, words, sizeof(words));
    frame_put(f, b.row, b.column + used - 2, local ? 0xb7 : 0x2500, STYLE_DIM);
    used +=
        piece_text(f, b.row, b.column + used, b.columns - used, style, words);
    if (a)
        micro_access_value(&value, a, "=");
    if (value.len > 0) {
        int at = b.columns < 34 ? b.columns - 8 : 26;

        at = at < used + 2 ? used + 2 : at;

        piece_text(f, b.row, b.column + at, b.columns - at,
                   view_worker_style(row->thread), text_str(&value));
    }
    text_fini(&value);
}

static void draw_row(struct frame *f, struct box b, const struct view_micro *v,
                     const struct listing *l, int i)
{
    const struct row *row = &l->rows[i];
    bool at = draw_margin(f, b, v, l, row), next = at && i == l->here;
    int length;
    const char *line;

    box_take_columns(&b, margin_columns(v->program));
    if (row->op >= 0 && v->walk) {
        if (v->program->source)
            box_take_columns(&b, 4);
        draw_step(f, b, v, row, next);
        return;
    }
    if (row->line == 0) {
        piece_text(f, b.row, b.column, b.columns,
                   view_worker_style(row->thread),
                   v->program->threads[row->thread].name);
        return;
    }
    line = line_of(v->program->source, row->line, &length);
    frame_textf(f, b.row, b.column, 3, STYLE_DIM, "%3d", row->line);
    draw_code(f, b.row, b.column + 4, b.columns - 4,
              next ? STYLE_HERO : STYLE_NORMAL, line, length);
}

void micro_source(struct frame *f, struct box b, const struct view_micro *v)
{
    struct listing l;
    int top;

    if (b.rows < 1 || b.columns < 10)
        return;
    list(&l, v, b.rows);
    /* Where the thread is stands in the middle, but nothing is wasted. */
    top = l.here - b.rows / 2 + v->scroll;
    if (top > l.count - b.rows)
        top = l.count - b.rows;
    if (top < 0)
        top = 0;
    for (int i = top; i < l.count && b.rows > 0; i++)
        draw_row(f, box_take_rows(&b, 1), v, &l, i);
    free(l.rows);
}
