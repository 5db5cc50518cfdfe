/* A translation beside its original: other words, the same lesson. Any
 * process. */
#include <stdio.h>
#include <string.h>

#include "lesson/lint_parts.h"
#include "lesson/reader.h"

static void lint_same(struct lesson *t, const char *key, const char *ours,
                      const char *theirs)
{
    if (strcmp(ours ? ours : "", theirs ? theirs : "") != 0)
        lesson_complain(t, 1, LINT_FRONT_OTHER,
                        "%s is \"%.60s\", but \"%.60s\" in the original", key,
                        ours ? ours : "", theirs ? theirs : "");
}

static void lint_front_matter(struct lesson *t, const struct lesson *o)
{
    const char our_track[2] = {t->track, '\0'}, their_track[2] = {o->track};

    lint_same(t, "id", t->id, o->id);
    lint_same(t, "track", our_track, their_track);
    lint_same(t, "after", t->after, o->after);
    lint_same(t, "needs", t->needs, o->needs);
    lint_same(t, "covers", t->covers, o->covers);
    lint_same(t, "claims", t->claims, o->claims);
    lint_same(t, "targets", t->targets, o->targets);
    if (t->minutes != o->minutes)
        lesson_complain(t, 1, LINT_FRONT_OTHER,
                        "minutes is %d, but %d in the original", t->minutes,
                        o->minutes);
    if (strcmp(t->lang, o->lang) == 0)
        lesson_complain(t, 1, LINT_LANG,
                        "a translation says its language, such as \"lang: "
                        "fr\"; this says \"%s\", as its original does",
                        t->lang);
}

/* "predict wall" */
static void name_block(const struct lesson_block *b, char out[80])
{
    if (b->id[0])
        snprintf(out, 80, "%s %s", lesson_kind_words[b->kind], b->id);
    else
        snprintf(out, 80, "%s", lesson_kind_words[b->kind]);
}

static bool same_block(const struct lesson_block *a,
                       const struct lesson_block *b)
{
    struct text ours = {0}, theirs = {0};
    bool same;

    lesson_block_skeleton(a, &ours);
    lesson_block_skeleton(b, &theirs);
    same = strcmp(text_str(&ours), text_str(&theirs)) == 0;
    text_fini(&ours);
    text_fini(&theirs);
    return same;
}

void lint_translation(struct lesson *translation, const struct lesson *original)
{
    struct lesson *t = translation;
    const struct lesson *o = original;
    char ours[80], theirs[80];
    int i = 0;

    lint_front_matter(t, o);
    if (t->skeleton == o->skeleton)
        return;
    while (i < t->block_count && i < o->block_count &&
           same_block(&t->blocks[i], &o->blocks[i]))
        i++;
    if (i < t->block_count)
        name_block(&t->blocks[i], ours);
    if (i < o->block_count)
        name_block(&o->blocks[i], theirs);
    if (i == t->block_count && i == o->block_count)
        return;
    if (i == t->block_count)
        lesson_complain(t, t->block_count ? t->blocks[i - 1].last_line : 1,
                        LINT_SKELETON,
                        "here \"%s\" of the original's line %d is missing",
                        theirs, o->blocks[i].line);
    else if (i == o->block_count)
        lesson_complain(t, t->blocks[i].line, LINT_SKELETON,
                        "the original has no further \"%s\"", ours);
    else if (strcmp(ours, theirs) != 0)
        lesson_complain(t, t->blocks[i].line, LINT_SKELETON,
                        "this is \"%s\", but \"%s\" in line %d of the original",
                        ours, theirs, o->blocks[i].line);
    else
        lesson_complain(t, t->blocks[i].line, LINT_SKELETON,
                        "\"%s\" differs from line %d of the original in more "
                        "than its words",
                        ours, o->blocks[i].line);
}
