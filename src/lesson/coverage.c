/* lessons/COVERAGE.md: which lesson treats which topic of the curriculum and
 * which claim of the articles, and what no lesson treats. Any process. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lesson/course_parts.h"

enum topic_cell { TOPIC_NUMBER, TOPIC_TAG, TOPIC_REFS, TOPIC_NAME };
enum claim_cell { CLAIM_ROW, CLAIM_ARTICLE, CLAIM_VERDICT, CLAIM_WORDS };

/* What is counted of a table. */
struct totals {
    int wanted, treated;
};

/* What Markdown would take for its own within a table. */
static void add_escaped(struct text *out, const char *s)
{
    for (; *s; s++) {
        if (strchr("|*_`<>[]\\", *s))
            text_add(out, "\\");
        text_addf(out, "%c", *s);
    }
}

/* Where @l lies, from the course's folder on. */
static const char *place(const struct course_lesson *l)
{
    const char *file = strrchr(l->path, '/');

    if (file == NULL)
        return l->path;
    while (file > l->path && file[-1] != '/')
        file--;
    return file;
}

/* "[07](b-splitting/07-thirty-two-seconds.md)" of all lessons whose @list has
 * @word; how many. */
static int add_lessons(struct text *out, const struct course *c, bool claims,
                       const char *word)
{
    int count = 0;

    for (int i = 0; i < c->count; i++) {
        const struct course_lesson *l = &c->lessons[i];

        if (!lesson_lists(claims ? l->lesson.claims : l->lesson.covers, word))
            continue;
        text_addf(out, "%s[%02d](%s)", count++ ? " " : "", l->number, place(l));
    }
    return count;
}

static void add_key(const struct course *c, struct text *out)
{
    text_add(out, "## Lessons\n\n| | Lesson | Minutes | Goes for |\n"
                  "|---|---|---:|---|\n");
    for (int i = 0; i < c->count; i++) {
        const struct course_lesson *l = &c->lessons[i];

        text_addf(out, "| %02d | [%s](%s)%s | %d | %s |\n", l->number,
                  l->lesson.title ? l->lesson.title : l->id, place(l),
                  l->extension ? ", extension" : "", l->lesson.minutes,
                  l->lesson.targets ? l->lesson.targets : "");
    }
    text_add(out, "\n");
}

static void add_topics(const struct course *c, const struct table *t,
                       struct text *out, struct text *missing,
                       struct totals *must, struct totals *goal)
{
    text_add(out,
             "## Topics of the curriculum\n\n"
             "| | Topic | References | | Lessons |\n|---:|---|---|---|---|\n");
    for (int i = 0; i < t->count; i++) {
        const struct table_row *row = &t->rows[i];
        bool is_must = strcmp(row->cell[TOPIC_TAG], "must") == 0;
        struct totals *total = is_must ? must
                               : strcmp(row->cell[TOPIC_TAG], "goal") == 0
                                   ? goal
                                   : NULL;
        int lessons;

        text_addf(out, "| %d | ", row->number);
        add_escaped(out, row->cell[TOPIC_NAME]);
        text_addf(out, " | %s | %s | ", row->cell[TOPIC_REFS],
                  row->cell[TOPIC_TAG]);
        lessons = add_lessons(out, c, false, row->cell[TOPIC_NUMBER]);
        text_add(out, lessons ? " |\n" : "- |\n");
        if (total) {
            total->wanted++;
            total->treated += lessons > 0;
        }
        if (is_must && lessons == 0)
            text_addf(missing, "- topic %d, %s\n", row->number,
                      row->cell[TOPIC_NAME]);
    }
    text_add(out, "\n");
}

static void add_claims(const struct course *c, const struct table *t,
                       struct text *out, struct text *missing,
                       struct totals *claims)
{
    text_add(out, "## Claims of the articles\n\n"
                  "What is true instead, or when, stands in brackets.\n\n"
                  "| | Article | Claim | Verdict | Lessons |\n"
                  "|---:|---|---|---|---|\n");
    for (int i = 0; i < t->count; i++) {
        const struct table_row *row = &t->rows[i];
        bool counts = strcmp(row->cell[CLAIM_VERDICT], "na") != 0;
        int lessons;

        text_addf(out, "| %d | %s | ", row->number, row->cell[CLAIM_ARTICLE]);
        add_escaped(out, row->cell[CLAIM_WORDS]);
        text_addf(out, " | %s | ",
                  counts ? row->cell[CLAIM_VERDICT] : "not about this");
        lessons = add_lessons(out, c, true, row->cell[CLAIM_ROW]);
        text_add(out, lessons ? " |\n" : "- |\n");
        claims->wanted += counts;
        claims->treated += counts && lessons > 0;
        if (counts && lessons == 0)
            text_addf(missing, "- claim %d of article %s: %s\n", row->number,
                      row->cell[CLAIM_ARTICLE], row->cell[CLAIM_WORDS]);
    }
}

/* Numbers in @list that @t does not have. */
static void add_strangers(const struct course_lesson *l, const char *list,
                          const struct table *t, const char *what,
                          struct text *missing)
{
    int number, length;

    for (const char *p = list ? list : "";
         sscanf(p, " %d%n", &number, &length) == 1; p += length)
        if (table_find(t, number) == NULL)
            text_addf(missing,
                      "- lesson %02d names %s %d, which there is not\n",
                      l->number, what, number);
}

static int count_lines(const struct text *t)
{
    int lines = 0;

    for (const char *p = text_str(t); *p; p++)
        lines += *p == '\n';
    return lines;
}

static void write_all(const struct course *c, const struct table *topics,
                      const struct table *claims, struct text *out,
                      int *missing)
{
    struct totals must = {0}, goal = {0}, claim = {0};
    struct text tables = {0}, lacking = {0};

    add_key(c, &tables);
    add_topics(c, topics, &tables, &lacking, &must, &goal);
    add_claims(c, claims, &tables, &lacking, &claim);
    for (int i = 0; i < c->count; i++) {
        const struct course_lesson *l = &c->lessons[i];

        add_strangers(l, l->lesson.covers, topics, "topic", &lacking);
        add_strangers(l, l->lesson.claims, claims, "claim", &lacking);
    }
    *missing = count_lines(&lacking);
    text_addf(out,
              "# What the lessons treat\n\n"
              "Written by `make coverage` from the lessons' `covers` and "
              "`claims`, from\n`topics.tsv` and `claims.tsv`; a test compares "
              "it.\n\n"
              "%d lessons treat %d of %d topics that must be treated, %d of %d "
              "others\nthat are worth treating, and %d of %d claims.\n\n",
              c->count, must.treated, must.wanted, goal.treated, goal.wanted,
              claim.treated, claim.wanted);
    if (lacking.len)
        text_addf(out, "**Missing:**\n\n%s\n", text_str(&lacking));
    text_add(out, text_str(&tables));
    out->failed |= tables.failed || lacking.failed;
    text_fini(&tables);
    text_fini(&lacking);
}

int coverage_write(const struct course *c, struct text *out, int *missing,
                   struct err *err)
{
    struct table topics = {0}, claims = {0};
    int rc = table_read(&topics, "topics.tsv", 4, err);

    *missing = 0;
    if (rc == 0)
        rc = table_read(&claims, "claims.tsv", 4, err);
    if (rc == 0)
        write_all(c, &topics, &claims, out, missing);
    table_fini(&topics);
    table_fini(&claims);
    if (rc == 0 && out->failed)
        rc = err_set(err, -ENOMEM, "no memory for the table: %m");
    return rc;
}
