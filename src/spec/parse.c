/* From the words of one experiment to a spec. Any process. */
#include "spec/table.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"

static int find_workload(const char *name)
{
    for (int i = 0; i < WORKLOAD_COUNT; i++) {
        if (strcmp(spec_workload_words[i], name) == 0)
            return i;
    }
    return -1;
}

/* "primes, sumsquares, ..."; @out is the caller's to free. */
static const char *list_workloads(struct text *out)
{
    for (int i = 0; i < WORKLOAD_COUNT; i++)
        text_addf(out, "%s%s", i == 0 ? "" : ", ", spec_workload_words[i]);
    return text_str(out);
}

/* Every name that may follow "--", for suggestions. */
static const char *nearest_setting(const char *name)
{
    const char *names[SET_COUNT + 2];

    for (int i = 0; i < SET_COUNT; i++)
        names[i] = spec_settings[i].name;
    names[SET_COUNT] = "workload";
    names[SET_COUNT + 1] = NULL;
    return text_nearest(name, names);
}

/* ---- sentences ---------------------------------------------------------- */

static bool is_model(const char *word)
{
    for (int i = 0; i < MODEL_COUNT; i++)
        if (strcmp(spec_model_words[i], word) == 0)
            return true;
    return false;
}

static int no_workload(const char *word, struct err *err)
{
    struct text list = {0};
    const char *near = text_nearest(word, spec_workload_words);
    char name[32];
    int rc;

    /* "workers=4" and "workers 4" lack their dashes only. */
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
    if (spec_setting(name) != NULL)
        rc = err_set(err, -EINVAL,
                     "\"%.40s\" is a setting, not a workload: write --%.40s",
                     word, word);
    else if (is_model(word))
        rc = err_set(err, -EINVAL,
                     "\"%s\" is a model, not a workload: name what to run, and "
                     "write --model %s",
                     word, word);
    else if (near != NULL)
        rc = err_set(err, -EINVAL,
                     "there is no workload \"%.40s\"; did you mean \"%s\"?",
                     word, near);
    else
        rc = err_set(err, -EINVAL,
                     "there is no workload \"%.40s\"; there are %s", word,
                     list_workloads(&list));
    text_fini(&list);
    return rc;
}

static int no_setting(const char *name, struct err *err)
{
    const char *near = nearest_setting(name);

    if (near != NULL)
        return err_set(err, -EINVAL,
                       "there is no setting --%.40s; did you mean --%s?", name,
                       near);
    return err_set(err, -EINVAL,
                   "there is no setting --%.40s; \"timeslice list settings\" "
                   "shows all",
                   name);
}

static int no_value(const struct setting *s, struct err *err)
{
    struct text takes = {0};
    int rc;

    spec_setting_takes(s, &takes);
    rc = err_set(err, -EINVAL, "--%s needs a value: %s", s->name,
                 text_str(&takes));
    text_fini(&takes);
    return rc;
}

/* ---- words -------------------------------------------------------------- */

/* What the words said, before anything is made of it. */
struct said {
    const char *workload;
    const char *values[SET_COUNT]; /* NULL: not said */
    const char *const *command;    /* the words after "--" */
    int command_count;
};

static int say_workload(struct said *said, const char *name, struct err *err)
{
    if (find_workload(name) < 0)
        return no_workload(name, err);
    if (said->workload != NULL)
        return err_set(err, -EINVAL,
                       "an experiment has one workload, but both \"%s\" and "
                       "\"%s\" are named",
                       said->workload, name);
    said->workload = name;
    return 0;
}

static int say_setting(struct said *said, const struct setting *s,
                       const char *value, struct err *err)
{
    const char **slot = &said->values[s - spec_settings];

    if (*slot != NULL)
        return err_set(err, -EINVAL,
                       "--%s is given twice, as %.60s and as %.60s; leave one "
                       "of them out",
                       s->name, *slot, value);
    *slot = value;
    return 0;
}

/* Another option stands where a value should be. "-5" is a number. */
static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0' &&
           !isdigit((unsigned char)word[1]) && word[1] != '.';
}

/* Split "--name=value", "-w4", "-w=4" and "-w" into @name and *@value, which is
 * NULL if it must be the next word. */
static int split_option(const char *word, char name[48], const char **value,
                        struct err *err)
{
    *value = NULL;
    if (word[1] == 'w' && (word[2] == '\0' || word[2] == '=' ||
                           isdigit((unsigned char)word[2]))) {
        if (word[2] != '\0')
            *value = word[2] == '=' ? word + 3 : word + 2;
        snprintf(name, 48, "workers");
        return 0;
    }
    if (word[1] != '-' || word[2] == '\0') {
        const char *near = nearest_setting(word);

        return err_set(err, -EINVAL,
                       "there is no option %.40s; settings have two dashes, "
                       "such as --%s",
                       word, near != NULL ? near : "workers");
    }

    size_t len = strcspn(word + 2, "=");
    snprintf(name, 48, "%.*s", (int)(len < 47 ? len : 47), word + 2);
    if (word[2 + len] == '=')
        *value = word + 2 + len + 1;
    return 0;
}

/* Take in words[*at], and the next one if it is its value. */
static int say_word(struct said *said, int count, const char *const words[],
                    int *at, struct err *err)
{
    const char *word = words[*at], *value;
    const struct setting *s;
    char name[48];
    bool is_workload;
    int rc;

    if (strcmp(word, "--") == 0 && *at + 1 == count)
        return err_set(err, -EINVAL,
                       "after -- comes your own command, but there is none");
    if (strcmp(word, "--") == 0) {
        said->command = words + *at + 1;
        said->command_count = count - *at - 1;
        *at = count;
        return 0;
    }
    if (!is_option(word))
        return say_workload(said, word, err);
    rc = split_option(word, name, &value, err);
    if (rc < 0)
        return rc;
    s = spec_setting(name);
    is_workload = strcmp(name, "workload") == 0;
    if (s == NULL && !is_workload)
        return no_setting(name, err);

    if (value == NULL && *at + 1 < count && !is_option(words[*at + 1]))
        value = words[++*at];
    if (value == NULL || *value == '\0') {
        struct text list = {0};

        if (s != NULL)
            return no_value(s, err);
        rc = err_set(err, -EINVAL, "--workload needs a value: one of %s",
                     list_workloads(&list));
        text_fini(&list);
        return rc;
    }
    return is_workload ? say_workload(said, value, err)
                       : say_setting(said, s, value, err);
}

/* Keep the words after "--" as one line that gives them again. */
static int take_command(struct spec *spec, const struct said *said,
                        struct err *err)
{
    struct text line = {0};
    int rc = 0;

    for (int i = 0; i < said->command_count; i++) {
        if (i > 0)
            text_add(&line, " ");
        text_quote(&line, said->command[i]);
    }
    if (line.failed)
        rc = err_set(err, -ENOMEM, "no memory to read the command");
    else if (line.len >= sizeof(spec->command))
        rc = err_set(err, -EINVAL,
                     "the command after -- has %zu characters; up to %zu can "
                     "be, so write a script and name that",
                     line.len, sizeof(spec->command) - 1);
    else
        memcpy(spec->command, text_str(&line), line.len);
    text_fini(&line);
    return rc;
}

int spec_parse_words(struct spec *spec, int count, const char *const words[],
                     struct err *err)
{
    struct said said = {0};
    struct text list = {0};
    int rc;

    for (int at = 0; at < count; at++) {
        rc = say_word(&said, count, words, &at, err);
        if (rc < 0)
            return rc;
    }
    if (said.workload == NULL) {
        rc = err_set(err, -EINVAL,
                     "%s; write one of %s, then settings: primes --workers 4",
                     count == 0 ? "nothing to run" : "no workload is named",
                     list_workloads(&list));
        text_fini(&list);
        return rc;
    }

    spec_defaults(spec, (enum spec_workload)find_workload(said.workload));
    for (int i = 0; i < SET_COUNT; i++) {
        if (said.values[i] == NULL)
            continue;
        rc = table_parse(spec, &spec_settings[i], said.values[i], err);
        if (rc < 0)
            return rc;
    }
    table_settle(spec);
    return take_command(spec, &said, err);
}

/* ---- a line ------------------------------------------------------------- */

int spec_parse_line(struct spec *spec, const char *line, struct err *err)
{
    struct words w;
    int rc = words_cut(&w, line, err);

    if (rc < 0)
        return rc;
    rc = spec_parse_words(spec, w.count, w.word, err);
    words_fini(&w);
    return rc;
}

/* ---- one setting -------------------------------------------------------- */

static int set_workload(struct spec *spec, const char *value, struct err *err)
{
    struct spec fresh;
    int workload = find_workload(value);

    if (workload < 0)
        return no_workload(value, err);
    spec_defaults(&fresh, (enum spec_workload)workload);
    for (int i = 0; i < SET_COUNT; i++) {
        const struct setting *s = &spec_settings[i];

        if (!table_given(spec, (enum setting_id)i) ||
            (s->workloads != 0 && !(s->workloads >> workload & 1)))
            continue;
        table_copy(&fresh, spec, s);
        spec_give(&fresh, i, true);
    }
    if (workload == WORKLOAD_COMMAND)
        memcpy(fresh.command, spec->command, sizeof(fresh.command));
    *spec = fresh;
    table_settle(spec);
    return 0;
}

int spec_set(struct spec *spec, const char *name, const char *value,
             struct err *err)
{
    const struct setting *s = spec_setting(name);
    struct spec next = *spec;
    int rc = 0;

    if (strcmp(name, "workload") == 0 && value != NULL)
        return set_workload(spec, value, err);
    if (s == NULL)
        return no_setting(name, err);
    if (value == NULL) {
        struct spec fresh;

        spec_defaults(&fresh, spec->workload);
        table_copy(&next, &fresh, s);
        spec_give(&next, (int)(s - spec_settings), false);
    } else if (*value == '\0') {
        return no_value(s, err);
    } else {
        rc = table_parse(&next, s, value, err);
        if (rc < 0)
            return rc;
    }
    table_settle(&next);
    *spec = next;
    return 0;
}
