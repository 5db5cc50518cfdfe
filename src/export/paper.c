/* A report's pieces, and its frame: title, parts, the words explained. Runs in
 * the screen process or in a command. */
#include "export/paper.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "export/names.h"

/* ---- pieces -------------------------------------------------------------- */

void paper_say(struct paper *p, enum paper_look look, const char *format, ...)
{
    struct text t = {0};
    va_list ap;

    va_start(ap, format);
    text_addv(&t, format, ap);
    va_end(ap);
    p->failed |= t.failed;
    p->kind->say(p, look, text_str(&t));
    text_fini(&t);
}

void paper_cell(struct paper_table *t, const char *format, ...)
{
    va_list ap;

    if (t->cells == t->cap) {
        int cap = t->cap ? 2 * t->cap : 64;
        struct text *more = realloc(t->cell, (size_t)cap * sizeof(*more));

        if (!more) {
            t->failed = true;
            return;
        }
        t->cell = more;
        t->cap = cap;
    }
    t->cell[t->cells] = (struct text){0};
    va_start(ap, format);
    text_addv(&t->cell[t->cells], format, ap);
    va_end(ap);
    t->failed |= t->cell[t->cells].failed;
    t->cells++;
}

void paper_table(struct paper *p, struct paper_table *t)
{
    if (t->cells >= t->columns)
        p->kind->table(p, t);
    p->failed |= t->failed;
    for (int i = 0; i < t->cells; i++)
        text_fini(&t->cell[i]);
    free(t->cell);
    *t = (struct paper_table){0};
}

void paper_chart(struct paper *p, const struct paper_chart *c)
{
    if (p->kind->chart(p, c) < 0)
        p->failed = true;
}

char *report_value(enum metric metric, double x, bool bare, char *buf,
                   size_t size)
{
    switch (metric_infos[metric].unit) {
    case UNIT_COUNT:
        return text_count(buf, size, llround(x));
    case UNIT_SECONDS:
        if (!bare && x == 0)
            snprintf(buf, size, "0 s");
        else if (!bare)
            return text_duration(buf, size, llround(x * NS_PER_S));
        break;
    case UNIT_MS:
        if (!bare && x == 0)
            snprintf(buf, size, "0 ms");
        else if (!bare)
            return text_duration(buf, size, llround(x * NS_PER_MS));
        break;
    case UNIT_PER_S:
        return text_si(buf, size, x);
    case UNIT_SHARE:
        return text_percent(buf, size, x);
    case UNIT_RATIO:
        snprintf(buf, size, "%.2f", x);
        return buf;
    case UNIT_ERRNO:
        snprintf(buf, size, "%.0f (%s)", x, strerror((int)x));
        return buf;
    }
    if (bare)
        snprintf(buf, size, "%.4g", x);
    return buf;
}

/* ---- what is asked ------------------------------------------------------- */

static void question_sweep(const struct sweep *s, struct text *out)
{
    const struct sweep_axis *x = &s->request.axis[SWEEP_ALONG];
    const struct sweep_axis *family = &s->request.axis[SWEEP_FAMILY];
    bool family_counts = family->count > 1;

    text_addf(out, "What happens to %s ",
              strcmp(x->name, "workload") == 0 ||
                      (family_counts && strcmp(family->name, "workload") == 0)
                  ? "the work"
                  : spec_workload_words[s->request.base.workload]);
    if (!x->numeric)
        text_addf(out, "with one %s or another", x->name);
    else if (strcmp(x->name, "workers") == 0)
        text_add(out, "as the number of workers grows");
    else
        text_addf(out, "as the setting \u201c%s\u201d grows", x->name);
    if (family_counts)
        text_addf(out, ", for each %s", family->name);
    text_add(out, "?");
}

/* "4 threads", "1 process" */
static void workers_of(const struct spec *s, struct text *out)
{
    static const char *const nouns[MODEL_COUNT][2] = {
        [MODEL_SEQUENTIAL] = {"worker", "workers"},
        [MODEL_THREADS] = {"thread", "threads"},
        [MODEL_PROCESSES] = {"process", "processes"},
        [MODEL_GIL] = {"thread under one global lock",
                       "threads under one global lock"},
        [MODEL_COOP] = {"cooperative task", "cooperative tasks"},
        [MODEL_BLENDED] = {"worker in processes of threads",
                           "workers in processes of threads"},
    };
    char buf[32];

    text_addf(out, "%s %s", text_count(buf, sizeof(buf), s->workers),
              nouns[s->model][s->workers != 1]);
}

void paper_question(const struct report_part *part, struct text *out)
{
    if (part->sweep) {
        question_sweep(part->sweep, out);
    } else if (part->contest) {
        text_addf(out, "Which of %d experiments is faster?",
                  part->contest->sides);
    } else {
        const struct spec *s = &part->trace->spec;

        text_addf(out, "One run of %s with ", spec_workload_words[s->workload]);
        workers_of(s, out);
        text_add(out, ": who was on which core, and who waited?");
    }
}

static const char *part_workload(const struct report_part *part)
{
    const struct spec *s = part->sweep     ? &part->sweep->request.base
                           : part->contest ? &part->contest->side[0].spec
                                           : &part->trace->spec;

    return spec_workload_words[s->workload];
}

void paper_title(const struct report_file *r, struct text *out)
{
    if (r->title && r->title[0]) {
        text_add(out, r->title);
        return;
    }
    text_add(out, "Lab report: ");
    for (int i = 0, said = 0; i < r->count; i++) {
        bool before = false;

        for (int k = 0; k < i; k++)
            before |=
                part_workload(&r->parts[k]) == part_workload(&r->parts[i]);
        if (before)
            continue;
        text_addf(out, "%s%s", said++ ? ", " : "", part_workload(&r->parts[i]));
    }
}

/* ---- the frame ----------------------------------------------------------- */

static void put_date(int64_t at_ns, struct text *out)
{
    static const char *const months[] = {
        "January", "February", "March",     "April",   "May",      "June",
        "July",    "August",   "September", "October", "November", "December"};
    time_t at = (time_t)(at_ns / NS_PER_S);
    struct tm tm;

    if (at_ns <= 0 || !gmtime_r(&at, &tm))
        return;
    text_addf(out, "%s%d %s %d, %02d:%02d UTC", out->len ? ", " : "",
              tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour,
              tm.tm_min);
}

static void write_part(struct paper *p, const struct report_part *part)
{
    struct text line = {0};

    paper_question(part, &line);
    p->kind->heading(p, 2, text_str(&line));
    text_fini(&line);
    if (part->name && part->name[0])
        text_add(&line, part->name);
    put_date(part->at_ns, &line);
    if (line.len) {
        line.data[0] = line.data[0] >= 'a' && line.data[0] <= 'z'
                           ? (char)(line.data[0] - 'a' + 'A')
                           : line.data[0];
        paper_say(p, PAPER_SOFT, "%s.", text_str(&line));
    }
    p->failed |= line.failed;
    text_fini(&line);
    if (part->note && part->note[0])
        paper_say(p, PAPER_PLAIN, "Note: %s", part->note);
    if (part->sweep)
        report_sweep(p, part);
    else if (part->contest)
        report_contest(p, part);
    else
        report_run(p, part);
}

/* clang-format off */
static const struct {
    const char *term, *words;
    bool sweeps; /* only where there is a sweep */
} glossary[] = {
    {"worker", "one thread, process or cooperative task that takes tasks and "
     "does them", false},
    {"core", "one processor of the machine: it runs one worker at a time",
     false},
    {"ready", "able to go on, but every core was taken", false},
    {"median", "the middle one of the runs when they are sorted; one very slow "
     "run does not move it", true},
    {"interval", "where the median of very many such runs lies, with the "
     "confidence that is given. Two points whose intervals overlap may well be "
     "equally good", true},
    {"outlier", "a run much further from the median than the others of its "
     "point. It is kept and shown; the median hardly minds it", true},
    {"disturbed", "while this run went on, other programs used a part of the "
     "machine that mattered", true},
    {"sweet spot", "the smallest value whose median is within 5 % of the best "
     "one: more would cost more and give hardly anything", true},
    {"knee", "the number of workers from which on each further one adds much "
     "less than those before", true},
    {"serial share", "the part of the work that only one worker at a time can "
     "do. With a share of 5 % no number of workers is more than 20 times as "
     "fast as one (Amdahl)", true},
    {"sigma (\u03c3)", "contention, in the universal scalability law: the "
     "share of the work for which the workers queue, one after the other", true},
    {"kappa (\u03ba)", "coherence, in the same law: what it costs every worker "
     "to agree with every other one. When it is not nought there is a number "
     "of workers beyond which more make it slower", true},
    {"lambda (\u03bb)", "what one worker does alone, a second", true},
    {"Amdahl's law", "a share of the work cannot be shared out; it decides how "
     "fast many workers can ever be", true},
    {"Gustafson's law", "the same share, for work that grows with the workers",
     true},
    {"universal scalability law", "Gunther's: as Amdahl's, and the workers also "
     "have to agree with one another", true},
    {"the articles' T = hn/t + nz/t + o", "n tasks of h seconds on t threads; z "
     "is said to be the cost of each assignment, o that of starting up", true},
    {"rounds of portions", "tasks are handed out in portions, so the work takes "
     "a whole number of rounds; o is the cost of starting up", true},
    {"computing and waiting", "each worker computes for the time \"demand\" on "
     "one of the cores, queueing for it, and then waits for the time \"think\"",
     true},
    {"parabola", "a curve a n\u00b2 + b n + c that is only laid through the "
     "points; it explains nothing", true},
    {"R\u00b2", "how much of the differences between the points the model "
     "explains: 1 is all of them, 0 none", true},
};
/* clang-format on */

static void write_glossary(struct paper *p)
{
    bool sweeps = false;

    for (int i = 0; i < p->file->count; i++)
        sweeps |= p->file->parts[i].sweep != NULL;
    p->kind->heading(p, 2, "What the words mean");
    for (size_t i = 0; i < sizeof(glossary) / sizeof(glossary[0]); i++)
        if (sweeps || !glossary[i].sweeps)
            p->kind->term(p, glossary[i].term, glossary[i].words);
    p->kind->term(p, "MEASURED, MODEL, REPLAY",
                  "the badge of a picture: it was measured in real runs; it "
                  "was computed; it was measured earlier and is shown again "
                  "from its record");
    p->kind->term(p, NULL, NULL);
}

int paper_write(struct paper *p)
{
    for (p->part = 0; p->part < p->file->count; p->part++)
        write_part(p, &p->file->parts[p->part]);
    write_glossary(p);
    return p->failed || p->out->failed ? -ENOMEM : 0;
}
