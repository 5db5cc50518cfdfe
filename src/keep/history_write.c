/* Writing into the history: each call is one transaction. Screen process. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "keep/history_parts.h"
#include "stats/summary.h"

#define TAG_MAX 40
#define TAGS_MAX 400
#define NOTE_MAX 4000

/* ---- a run ----------------------------------------------------------------
 */

/* A run of its own has no outcome: it is in the trace. */
static void outcome_of(struct sweep_outcome *o, const struct trace *t)
{
    int64_t until_ns = t->end_ns ? t->end_ns : t->now_ns;

    *o = (struct sweep_outcome){.foreign_cores = -1};
    sweep_outcome_of(o, t);
    o->took_ns = t->gate_ns ? until_ns - t->gate_ns : 0;
    /* Of a run that has just ended on this machine's clock; a simulated one's
     * is its own. */
    o->began_ns = clock_wall_ns();
    if (!trace_computed(t) && t->gate_ns && t->gate_ns <= clock_now_ns())
        o->began_ns -= clock_now_ns() - t->gate_ns;
}

struct run_texts {
    struct text line, sentence, outcome;
};

static bool say_run(struct run_texts *x, const struct trace *t,
                    const struct sweep_outcome *o)
{
    struct text line = {0}, sentence = {0};

    spec_format(&t->spec, &line);
    if (t->gate_ns)
        summary_sentence(t, &sentence);
    history_clean(text_str(&line), &x->line);
    history_clean(text_str(&sentence), &x->sentence);
    x->sentence.failed |= line.failed || sentence.failed;
    text_fini(&line);
    text_fini(&sentence);
    return history_outcome_write(o, &x->outcome) && !x->line.failed &&
           !x->sentence.failed;
}

static int write_run(struct history *h, struct cell *cells,
                     const struct pack *pack)
{
    sqlite3_stmt *s;
    int64_t id;
    int code;

    if (row_insert(h, &table_runs, cells) != SQLITE_OK)
        return -EIO;
    id = cells[RUN_ID].n;
    s = history_sql(h, "INSERT INTO packs (run, pack) VALUES (?1, ?2)", 1, &id);
    if (!s)
        return -EIO;
    sqlite3_bind_blob64(s, 2, pack->data, pack->len, SQLITE_STATIC);
    code = sqlite3_step(s);
    sqlite3_finalize(s);
    return code == SQLITE_DONE ? 0 : -EIO;
}

/* A sweep that is not there (any more) takes no runs. */
static int sweep_there(struct history *h, int64_t sweep, struct err *err)
{
    if (sweep == 0 ||
        history_number(h, "SELECT 1 FROM sweeps WHERE id = ?1", 1, &sweep, 0))
        return 0;
    if (sqlite3_errcode(h->db) != SQLITE_OK &&
        sqlite3_errcode(h->db) != SQLITE_DONE)
        return -EIO;
    return err_set(err, -ENOENT,
                   "the sweep s%" PRId64 " is no longer in the history", sweep);
}

int64_t history_add_run(struct history *h, const struct trace *t,
                        const struct history_place *place, struct err *err)
{
    static const struct history_place alone = {0};
    struct sweep_outcome of_trace;
    const struct sweep_outcome *o = place ? place->outcome : NULL;
    struct cell cells[RUN_COLUMNS] = {{0}};
    struct run_texts x = {0};
    struct pack pack = {0};
    char born[33];
    int rc;

    if (!place)
        place = &alone;
    if (!o) {
        outcome_of(&of_trace, t);
        o = &of_trace;
    }
    rc = pack_trace(t, PACK_SPANS, &pack, err);
    if (rc == 0 && !say_run(&x, t, o))
        rc = err_set(err, -ENOMEM, "not enough memory to keep the run");
    if (rc < 0)
        goto out;

    history_mark(born);
    cells[RUN_BORN] = cell_text(born);
    cells[RUN_AT] = cell_whole(o->began_ns);
    cells[RUN_TOOK] = cell_whole(o->took_ns);
    cells[RUN_LINE] = cell_text(text_str(&x.line));
    cells[RUN_VERDICT] = cell_text(verdict_words[o->verdict]);
    cells[RUN_SENTENCE] = cell_text(text_str(&x.sentence));
    cells[RUN_OUTCOME] = cell_text(text_str(&x.outcome));
    cells[RUN_SWEEP] = cell_whole(place->sweep);
    cells[RUN_POINT] = cell_whole(place->point);
    cells[RUN_ROUND] = cell_whole(place->round);
    cells[RUN_ATTEMPT] = cell_whole(place->attempt);
    cells[RUN_NOTE] = cell_text("");
    cells[RUN_TAGS] = cell_text("");
    cells[RUN_TIMELINE] = cell_whole(trace_span_total(t) > 0);
    cells[RUN_PACK_BYTES] = cell_whole((int64_t)pack.len);
    cells[RUN_PACK_SUM] = cell_whole(pack_crc32(0, pack.data, pack.len));

    rc = history_begin(h, true, err);
    if (rc < 0)
        goto out;
    rc = sweep_there(h, place->sweep, err);
    if (rc == 0)
        rc = write_run(h, cells, &pack);
    rc = history_end(h, rc, "cannot keep the run", err);
    if (rc == 0)
        history_keep_small(h);
out:
    pack_fini(&pack);
    text_fini(&x.line);
    text_fini(&x.sentence);
    text_fini(&x.outcome);
    return rc < 0 ? rc : cells[RUN_ID].n;
}

/* ---- a sweep --------------------------------------------------------------
 */

int64_t history_begin_sweep(struct history *h, enum history_kind kind,
                            const char *line, const struct machine *m,
                            struct err *err)
{
    struct text clean = {0}, machine = {0};
    struct cell cells[SWEEP_COLUMNS] = {{0}};
    char born[33], owner[120];
    int rc = 0;

    history_clean(line, &clean);
    if (!history_machine_write(m, &machine) || clean.failed)
        rc = err_set(err, -ENOMEM, "not enough memory to keep the sweep");
    history_mark(born);
    owner_now(owner);
    cells[SWEEP_BORN] = cell_text(born);
    cells[SWEEP_KIND] =
        cell_text(kind == HISTORY_CONTEST ? "compare" : "sweep");
    cells[SWEEP_AT] = cell_whole(clock_wall_ns());
    cells[SWEEP_LINE] = cell_text(text_str(&clean));
    cells[SWEEP_MACHINE] = cell_text(text_str(&machine));
    cells[SWEEP_STATE] = cell_text("running");
    cells[SWEEP_SENTENCE] = cell_text("");
    cells[SWEEP_GUESS] = (struct cell){.kind = CELL_NONE};
    cells[SWEEP_NOTE] = cell_text("");
    cells[SWEEP_TAGS] = cell_text("");
    cells[SWEEP_OWNER] = cell_text(owner);
    if (rc == 0)
        rc = history_begin(h, true, err);
    if (rc == 0) {
        if (row_insert(h, &table_sweeps, cells) != SQLITE_OK)
            rc = -EIO;
        rc = history_end(h, rc, "cannot keep the sweep", err);
    }
    text_fini(&clean);
    text_fini(&machine);
    return rc < 0 ? rc : cells[SWEEP_ID].n;
}

/* ---- changing a row -------------------------------------------------------
 */

/* Read item @id, let @change alter its cells, write it again. @change returns
 * 0 or -errno with a sentence. */
static int alter(struct history *h, enum history_kind kind, int64_t id,
                 int (*change)(struct cell *cells, void *arg, struct err *err),
                 void *arg, struct err *err)
{
    const struct history_table *t = history_table(kind);
    struct cell cells[COLUMNS_MAX];
    sqlite3_stmt *s = NULL;
    int rc = history_begin(h, true, err);

    if (rc < 0)
        return rc;
    rc = row_find(h, kind, id, cells, &s, err);
    if (rc == 0)
        rc = change(cells, arg, err);
    if (rc == 0 && row_update(h, t, cells) != SQLITE_OK)
        rc = -EIO;
    rc = history_end(h, rc, "cannot change the history", err);
    sqlite3_finalize(s); /* the cells' text is its */
    return rc;
}

struct ending {
    const char *state, *sentence;
};

static int change_state(struct cell *cells, void *arg, struct err *err)
{
    const struct ending *e = arg;

    (void)err;
    cells[SWEEP_STATE] = cell_text(e->state);
    cells[SWEEP_SENTENCE] = cell_text(e->sentence);
    cells[SWEEP_OWNER] = cell_text("");
    return 0;
}

int history_end_sweep(struct history *h, int64_t sweep, const char *state,
                      const char *sentence, struct err *err)
{
    struct text clean = {0};
    struct ending e = {state, NULL};
    int rc;

    history_clean(sentence ? sentence : "", &clean);
    e.sentence = text_str(&clean);
    rc = alter(h, HISTORY_SWEEP, sweep, change_state, &e, err);
    text_fini(&clean);
    return rc;
}

static int change_owner(struct cell *cells, void *arg, struct err *err)
{
    const char *was = cell_str(&cells[SWEEP_OWNER]);

    if (strcmp(cell_str(&cells[SWEEP_STATE]), "running") == 0 &&
        strcmp(was, arg) != 0 && owner_lives(was))
        return err_set(err, -EBUSY,
                       "another timeslice is at the sweep s%" PRId64
                       " just now",
                       cells[SWEEP_ID].n);
    cells[SWEEP_STATE] = cell_text("running");
    cells[SWEEP_OWNER] = cell_text(arg);
    return 0;
}

int history_go_on(struct history *h, int64_t sweep, struct err *err)
{
    char owner[120];

    owner_now(owner);
    return alter(h, HISTORY_SWEEP, sweep, change_owner, owner, err);
}

static int change_guess(struct cell *cells, void *arg, struct err *err)
{
    (void)err;
    cells[SWEEP_GUESS] =
        (struct cell){.kind = CELL_REAL, .x = *(const double *)arg};
    return 0;
}

int history_set_guess(struct history *h, int64_t sweep, double guess,
                      struct err *err)
{
    return alter(h, HISTORY_SWEEP, sweep, change_guess, &guess, err);
}

static int change_line(struct cell *cells, void *arg, struct err *err)
{
    (void)err;
    cells[SWEEP_LINE] = cell_text(arg);
    return 0;
}

int history_renew(struct history *h, int64_t sweep, const struct sweep *s,
                  struct err *err)
{
    struct text line = {0}, clean = {0};
    int rc;

    sweep_format(&s->request, &line);
    history_clean(text_str(&line), &clean);
    clean.failed |= line.failed;
    text_fini(&line);
    if (clean.failed || !clean.data)
        rc = err_set(err, -ENOMEM, "not enough memory to keep the sweep");
    else
        rc = alter(h, HISTORY_SWEEP, sweep, change_line, clean.data, err);
    text_fini(&clean);
    return rc;
}

/* ---- notes and tags -------------------------------------------------------
 */

struct wording {
    const struct history_table *table;
    const char *text;
    bool add;
    char tags[TAGS_MAX];
};

static int change_note(struct cell *cells, void *arg, struct err *err)
{
    const struct wording *w = arg;

    (void)err;
    cells[w->table->note] = cell_text(w->text);
    return 0;
}

int history_note(struct history *h, enum history_kind kind, int64_t id,
                 const char *note, struct err *err)
{
    struct wording w = {.table = history_table(kind)};
    struct text clean = {0};
    int rc;

    history_clean(note, &clean);
    if (clean.len > NOTE_MAX) {
        text_fini(&clean);
        return err_set(err, -EINVAL, "a note has %d characters at most",
                       NOTE_MAX);
    }
    w.text = text_str(&clean);
    rc = alter(h, kind, id, change_note, &w, err);
    text_fini(&clean);
    return rc;
}

static int change_tag(struct cell *cells, void *arg, struct err *err)
{
    struct wording *w = arg;
    struct text tags = {0};
    char was[TAGS_MAX];
    char *p = was, *one;
    bool found = false;

    snprintf(was, sizeof(was), "%s", cell_str(&cells[w->table->tags]));
    while ((one = strsep(&p, " ")) != NULL) {
        bool same = strcmp(one, w->text) == 0;

        found |= same;
        if (*one && (!same || w->add))
            text_addf(&tags, "%s%s", tags.len ? " " : "", one);
    }
    if (w->add && !found)
        text_addf(&tags, "%s%s", tags.len ? " " : "", w->text);
    if (!w->add && !found) {
        text_fini(&tags);
        return err_set(err, -ENOENT, "it has no tag \"%s\"", w->text);
    }
    if (tags.failed || tags.len >= sizeof(w->tags)) {
        text_fini(&tags);
        return err_set(err, -EINVAL, "it has too many tags already");
    }
    snprintf(w->tags, sizeof(w->tags), "%s", text_str(&tags));
    text_fini(&tags);
    cells[w->table->tags] = cell_text(w->tags);
    return 0;
}

int history_tag(struct history *h, enum history_kind kind, int64_t id,
                const char *tag, bool add, struct err *err)
{
    struct wording w = {.table = history_table(kind), .text = tag, .add = add};
    struct text clean = {0};
    size_t plain = strcspn(tag, " \t\n\"',");
    bool same;

    history_clean(tag, &clean);
    same = strcmp(text_str(&clean), tag) == 0;
    text_fini(&clean);
    if (!same || !*tag || tag[plain] || strlen(tag) > TAG_MAX)
        return err_set(err, -EINVAL,
                       "\"%.60s\" cannot be a tag: a tag is one word of at "
                       "most %d characters, without quotes and commas",
                       tag, TAG_MAX);
    return alter(h, kind, id, change_tag, &w, err);
}

/* ---- away -----------------------------------------------------------------
 */

int history_remove(struct history *h, enum history_kind kind, int64_t id,
                   struct err *err)
{
    static const char *const run[] = {"DELETE FROM packs WHERE run = ?1",
                                      "DELETE FROM runs WHERE id = ?1", NULL};
    static const char *const sweep[] = {
        "DELETE FROM packs WHERE run IN"
        " (SELECT id FROM runs WHERE sweep = ?1)",
        "DELETE FROM runs WHERE sweep = ?1", "DELETE FROM sweeps WHERE id = ?1",
        NULL};
    const char *const *sql = kind == HISTORY_RUN ? run : sweep;
    int rc = history_begin(h, true, err);

    if (rc < 0)
        return rc;
    for (; rc == 0 && *sql; sql++)
        if (history_run(h, *sql, 1, &id) != SQLITE_OK)
            rc = -EIO;
    if (rc == 0 && sqlite3_changes(h->db) == 0) {
        const char *word = kind == HISTORY_RUN ? "run " : "s";

        rc = err_set(err, -ENOENT, "there is no %s%" PRId64 " in the history",
                     word, id);
    }
    if (rc == 0 &&
        history_run(h, "PRAGMA incremental_vacuum(64)", 0, NULL) != SQLITE_OK)
        rc = -EIO;
    return history_end(h, rc, "cannot take it out of the history", err);
}
