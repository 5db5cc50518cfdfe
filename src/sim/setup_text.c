/* A machine as a line of text, and back: "rr slice=4ms cpus=64". Any thread. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/policy.h"
#include "sim/setup.h"

/* ---- words --------------------------------------------------------------- */

/* Blanks and commas separate; but what follows a comma and has no '=' still
 * belongs to the value before it: "levels=8:1,16:1". */
struct piece {
    char *word;  /* NUL-terminated */
    char *value; /* after its first '='; NULL: it has none */
};

static bool separates(const char *at)
{
    size_t next;

    if (*at == ' ' || *at == '\t')
        return true;
    if (*at != ',')
        return false;
    next = strcspn(at + 1, ", \t=");
    return next == 0 || at[1 + next] == '=';
}

/* Cut the next piece out of *@p, in place; false: there is none. @first is for
 * the policy, which ends at any comma. */
static bool cut_piece(char **p, bool first, struct piece *out)
{
    char *at = *p + strspn(*p, " \t,");

    *out = (struct piece){.word = at};
    if (!*at)
        return false;
    while (*at && !(first && *at == ',') && !separates(at))
        at++;
    *p = at;
    if (*at) {
        *at = '\0';
        *p = at + 1;
    }
    out->value = strchr(out->word, '=');
    if (out->value)
        *out->value++ = '\0';
    return true;
}

/* ---- the policy ---------------------------------------------------------- */

/* What others call them. */
static const struct alias {
    const char *theirs, *ours;
} aliases[] = {
    {"fcfs", "fifo"},     {"spn", "sjf"},           {"sjn", "sjf"},
    {"srtf", "stcf"},     {"srtn", "stcf"},         {"srt", "stcf"},
    {"srpt", "stcf"},     {"psjf", "stcf"},         {"round-robin", "rr"},
    {"roundrobin", "rr"}, {"mfq", "mlfq"},          {"prio", "priority"},
    {"fair", "cfs"},      {"rtfifo", "rt-fifo"},    {"rtrr", "rt-rr"},
    {"deadline", "edf"},  {"coscheduling", "gang"},
};

const char *sim_policy_meant(const char *name)
{
    for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
        if (strcmp(aliases[i].theirs, name) == 0)
            return aliases[i].ours;
    return sim_policy_nearest(name);
}

static int no_policy(const char *name, struct err *err)
{
    const char *near = sim_policy_meant(name);
    struct text list = {0};
    char word[48];
    int rc;

    snprintf(word, sizeof(word), "%.40s", name);
    for (char *c = word; *c; c++)
        if (*c < ' ' || *c >= 0x7f)
            *c = '?';
    if (near)
        return err_set(err, -EINVAL,
                       "there is no policy \"%s\"; did you mean %s?", word,
                       near);
    for (int i = 0; sim_policies[i]; i++)
        text_addf(&list, "%s%s", i ? ", " : "", sim_policies[i]->name);
    rc = err_set(err, -EINVAL, "there is no policy \"%s\"; there are %s", word,
                 text_str(&list));
    text_fini(&list);
    return rc;
}

/* ---- reading ------------------------------------------------------------- */

static int means_nothing(const struct sim_setting *s,
                         const struct sim_policy *policy, struct err *err)
{
    struct text list = {0};
    int rc;

    for (const char *c = s->policies; c && *c; c++)
        text_addf(&list, "%s%c", *c == ' ' ? "," : "", *c);
    rc = err_set(err, -EINVAL, "%s means nothing to %s%s%s; leave it out",
                 s->name, policy->name, s->policies ? ", only to " : "",
                 text_str(&list));
    text_fini(&list);
    return rc;
}

/* One parameter after the other; those that are there twice, or mean nothing
 * to the policy, are refused: who wrote them expects something of them. */
static int set_pieces(struct sim_setup *setup, char *at, struct err *err)
{
    struct piece p;

    while (cut_piece(&at, false, &p)) {
        const struct sim_setting *s = sim_setting(p.word);
        int rc;

        if (s && (!p.value || !*p.value))
            return err_set(err, -EINVAL, "%s needs a value: %s=%s", s->name,
                           s->name, s->fallback);
        if (!p.value && sim_policy(p.word, strlen(p.word)))
            return err_set(err, -EINVAL,
                           "there are two policies, %s and %s; only the first "
                           "word is one",
                           setup->policy->name, p.word);
        if (s && setup->given >> (s - sim_settings) & 1)
            return err_set(err, -EINVAL,
                           "%s is given twice; leave one of them out", s->name);
        rc = sim_setup_set(setup, p.word, p.value ? p.value : "", err);
        if (rc < 0)
            return rc;
        if (s && !sim_setting_applies(s, setup->policy))
            return means_nothing(s, setup->policy, err);
    }
    return 0;
}

void sim_defaults(struct sim_setup *out, const struct sim_policy *policy)
{
    char own[256];
    char *at = own;
    struct piece p;

    *out = (struct sim_setup){.policy = policy};
    for (int i = 0; i < sim_setting_count; i++)
        sim_setup_set(out, sim_settings[i].name, sim_settings[i].fallback,
                      NULL);
    snprintf(own, sizeof(own), "%s", policy->defaults ? policy->defaults : "");
    while (cut_piece(&at, false, &p))
        sim_setup_set(out, p.word, p.value ? p.value : "", NULL);
    out->given = 0;
}

int sim_setup_read(struct sim_setup *out, const char *text,
                   const struct sim_policy *otherwise, struct err *err)
{
    char *copy = strdup(text), *at = copy, *rest;
    const struct sim_policy *policy = otherwise ? otherwise : &policy_fifo;
    struct sim_setup setup = {0};
    struct piece p;
    int rc = 0;

    if (!copy)
        return err_set(err, -ENOMEM, "no memory to read the machine");
    if (strncmp(at, "sim:", 4) == 0)
        at += 4;
    rest = at + strspn(at, " \t,");
    if (rest[strcspn(rest, " \t,=")] == '=')
        at = rest; /* no policy is named */
    else if (cut_piece(&at, true, &p)) {
        policy = sim_policy(p.word, strlen(p.word));
        if (!policy)
            rc = no_policy(p.word, err);
    }
    if (policy) {
        sim_defaults(&setup, policy);
        rc = set_pieces(&setup, at, err);
    }
    if (rc == 0)
        *out = setup;
    free(copy);
    return rc;
}

/* ---- writing ------------------------------------------------------------- */

static void add_levels(const struct sim_setup *setup, const char *between,
                       struct text *out)
{
    for (int i = 0; i < setup->level_count; i++) {
        if (i)
            text_add(out, between);
        sim_write_ns(setup->level[i].slice_ns, true, out);
        text_addf(out, ":%" PRId64, setup->level[i].allotment);
    }
}

void sim_setup_value(const struct sim_setup *setup, const struct sim_setting *s,
                     struct text *out)
{
    const char *field = (const char *)setup + s->offset;
    int64_t whole = 0;
    int small = 0;
    bool yes;

    switch (s->type) {
    case SIM_SETTING_COUNT:
        memcpy(&small, field, sizeof(small));
        text_addf(out, "%d", small);
        return;
    case SIM_SETTING_WHOLE:
    case SIM_SETTING_SEED:
        memcpy(&whole, field, sizeof(whole));
        text_addf(out, "%" PRId64, whole);
        return;
    case SIM_SETTING_NS:
    case SIM_SETTING_PERIOD:
    case SIM_SETTING_STEAL:
        memcpy(&whole, field, sizeof(whole));
        if (whole == SIM_NEVER && s->type != SIM_SETTING_NS)
            text_add(out, "never");
        else if (whole == 0 && s->type == SIM_SETTING_STEAL)
            text_add(out, "idle");
        else
            sim_write_ns(whole, whole == 0, out);
        return;
    case SIM_SETTING_YES_NO:
        memcpy(&yes, field, sizeof(yes));
        text_add(out, yes ? "yes" : "no");
        return;
    case SIM_SETTING_CHOICE:
        memcpy(&small, field, sizeof(small));
        text_add(out, s->words[small]);
        return;
    case SIM_SETTING_LEVELS:
        add_levels(setup, ",", out);
        return;
    }
}

void sim_setup_write(const struct sim_setup *setup, struct text *out)
{
    text_add(out, setup->policy->name);
    for (int i = 0; i < sim_setting_count; i++) {
        const struct sim_setting *s = &sim_settings[i];

        if (!(setup->given >> i & 1) || !sim_setting_applies(s, setup->policy))
            continue;
        text_addf(out, ",%s=", s->name);
        if (s->type == SIM_SETTING_LEVELS)
            add_levels(setup, "/", out);
        else
            sim_setup_value(setup, s, out);
    }
}

int sim_setup_inherit(struct sim_setup *setup, const struct sim_setup *own,
                      struct err *err)
{
    struct text value = {0};
    int rc = 0;

    for (int i = 0; i < sim_setting_count && rc == 0; i++) {
        const struct sim_setting *s = &sim_settings[i];

        if (!(own->given >> i & 1) || setup->given >> i & 1 ||
            !sim_setting_applies(s, setup->policy))
            continue;
        value.len = 0;
        text_add(&value, "");
        sim_setup_value(own, s, &value);
        rc = sim_setup_set(setup, s->name, text_str(&value), err);
    }
    text_fini(&value);
    return rc;
}
