/* The course as data: which lessons there are, and how a learner stands. No
 * terminal. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "export/lesson_export.h"
#include "export/record.h"

static const char *const state_words[] = {
    [COURSE_NEW] = "new",         [COURSE_BEGUN] = "begun",
    [COURSE_DONE] = "done",       [COURSE_OLD] = "done before it changed",
    [COURSE_SKIPPED] = "skipped", [COURSE_LATER] = "later"};

/* The words of @list, as strings or, @numbers, as integers. */
static json_t *words_of(struct record *r, const char *list, bool numbers)
{
    json_t *out = json_array();
    char *copy = strdup(list ? list : "");
    char *p = copy, *word;

    if (copy == NULL)
        r->failed = true;
    while (copy && (word = strsep(&p, " \t")) != NULL)
        if (*word)
            record_append(r, out,
                          numbers ? json_integer(strtol(word, NULL, 10))
                                  : json_string(word));
    free(copy);
    return out;
}

static json_t *lesson_of(struct record *r, const struct course *c, int index,
                         const struct progress *p)
{
    const struct course_lesson *l = &c->lessons[index];
    const struct lesson *x = &l->lesson;
    json_t *o = json_object();
    char letter[2] = {l->track, '\0'};

    record_integer(r, o, "number", l->number);
    record_string(r, o, "id", l->id);
    record_string(r, o, "title", x->title ? x->title : "");
    record_string(r, o, "question", x->question ? x->question : "");
    record_string(r, o, "track", letter);
    record_integer(r, o, "minutes", x->minutes);
    record_put(r, o, "extension", json_boolean(l->extension));
    record_put(r, o, "own", json_boolean(l->own));
    record_string(r, o, "state", state_words[course_state(c, index, p)]);
    record_put(r, o, "after", words_of(r, x->after, false));
    record_put(r, o, "covers", words_of(r, x->covers, true));
    record_put(r, o, "claims", words_of(r, x->claims, true));
    record_put(r, o, "targets", words_of(r, x->targets, false));
    record_put(r, o, "translations", words_of(r, l->languages, false));
    record_string(r, o, "path", l->path);
    record_integer(r, o, "faults", x->fault_count);
    return o;
}

int lesson_list_json(const struct course *c, const struct progress *p,
                     const int *shown, int count, struct text *out)
{
    struct record r = {0};
    json_t *o = json_object(), *tracks = json_array(), *lessons = json_array();
    int next = course_next(c, p);
    char *dump = NULL;

    record_string(&r, o, "schema", "timeslice.lesson-list/1");
    for (int i = 0; i < c->track_count; i++) {
        char letter[2] = {c->tracks[i].letter, '\0'};
        json_t *track = json_object();

        record_string(&r, track, "track", letter);
        record_string(&r, track, "title", c->tracks[i].title);
        record_append(&r, tracks, track);
    }
    record_put(&r, o, "tracks", tracks);
    for (int i = 0; i < count; i++)
        record_append(&r, lessons, lesson_of(&r, c, shown[i], p));
    record_put(&r, o, "lessons", lessons);
    if (next >= 0)
        record_string(&r, o, "next", c->lessons[next].id);
    dump = r.failed ? NULL : json_dumps(o, JSON_INDENT(2));
    json_decref(o);
    if (dump == NULL)
        return -ENOMEM;
    text_addf(out, "%s\n", dump);
    free(dump);
    return out->failed ? -ENOMEM : 0;
}
