/* The mini disk in words and as a picture. Pure; the screen process. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/platter.h"

/* 45, 13.333: ticks as people write them. */
static void add_ticks(struct text *out, double ticks)
{
    char digits[40];
    size_t n;

    snprintf(digits, sizeof(digits), "%.3f", ticks);
    n = strlen(digits);
    while (digits[n - 1] == '0')
        n--;
    if (digits[n - 1] == '.')
        n--;
    digits[n] = '\0';
    text_add(out, digits);
}

/* ---- why this one -------------------------------------------------------- */

static void add_who(const struct platter_why *w, struct text *out)
{
    if (w->considered < w->waiting)
        text_addf(out, "the window shows %d of the %d that wait; ",
                  w->considered, w->waiting);
    else
        text_addf(out, "%d wait; ", w->waiting);
}

static void add_cost(double cost, bool access, struct text *out)
{
    if (access) {
        add_ticks(out, cost);
        text_add(out, " ticks");
    } else if (cost > 0) {
        text_addf(out, "%.0f track%s away", cost, cost > 1 ? "s" : "");
    } else {
        text_add(out, "on this track");
    }
}

/* It had the least, and who came next. */
static void add_best(const struct platter_service *s, bool access,
                     struct text *out)
{
    const struct platter_why *w = &s->why;

    text_addf(out, "%s %" PRId32 ", ",
              access ? "soonest read is" : "nearest is", s->block);
    add_cost(w->cost, access, out);
    if (w->next < 0 || w->next_cost > 1e17)
        return;
    if (w->next_cost > w->cost || w->next == s->block) {
        text_addf(out, "; next would be %" PRId32 ", ", w->next);
        add_cost(w->next_cost, access, out);
    } else {
        text_addf(out, ", as is %" PRId32 ", which came later", w->next);
    }
}

static void add_sweep(const struct platter_setup *s,
                      const struct platter_service *one, struct text *out)
{
    static const char *const turns[] = {
        [PLATTER_SCAN] = "nothing is left ahead, so on to the edge and back: ",
        [PLATTER_CSCAN] = "nothing is left ahead, so to the edge and all the "
                          "way back: ",
        [PLATTER_LOOK] = "nothing is left ahead, so the arm turns round: ",
        [PLATTER_CLOOK] = "nothing is left ahead, so back to the outermost: ",
    };

    text_add(out, one->why.turned ? turns[s->policy] : "on in the sweep, ");
    text_addf(out, "%" PRId32 " is first, %d track%s on", one->block, one->path,
              one->path == 1 ? "" : "s");
}

void platter_explain(const struct platter_setup *s,
                     const struct platter_result *r, int i, struct text *out)
{
    const struct platter_service *one = &r->services[i];
    bool access = s->policy == PLATTER_SATF || s->policy == PLATTER_BSATF ||
                  (s->policy == PLATTER_SSTF && s->rules == RULES_OSTEP);

    if (one->why.waiting == 1) {
        text_addf(out, "%" PRId32 " is the only one that waits", one->block);
        return;
    }
    if (s->policy == PLATTER_FIFO) {
        text_addf(out, "%d wait; %" PRId32 " has waited longest",
                  one->why.waiting, one->block);
        return;
    }
    add_who(&one->why, out);
    if (s->policy >= PLATTER_SCAN)
        add_sweep(s, one, out);
    else
        add_best(one, access, out);
}

/* ---- the tracks ---------------------------------------------------------- */

/* The turn at which @block is first served, from 1; 0: never. */
static int turn_of(const struct platter_result *r, int block)
{
    for (int i = 0; i < r->count; i++)
        if (r->services[i].block == block)
            return i + 1;
    return 0;
}

/* One track from 0 to 360 degrees: a line of blocks and one of their turns. */
static void add_track(const struct platter_setup *s,
                      const struct platter_result *r, int track, int columns,
                      const char *edge, struct text *out)
{
    char line[2][400];
    int blocks = platter_blocks(s);

    for (int i = 0; i < 2; i++) {
        memset(line[i], i == 0 ? edge[0] : ' ', (size_t)columns);
        line[i][columns] = '\0';
    }
    for (int b = 0; b < blocks; b++) {
        struct platter_place p = platter_place(s, b);
        int at = (p.start + p.width / 2) % 360 * columns / 360;
        int room = p.width * columns / 360, turn = turn_of(r, b);
        char word[2][16];

        if (p.track != track)
            continue;
        snprintf(word[0], sizeof(word[0]), "%d", b);
        snprintf(word[1], sizeof(word[1]), "(%d)", turn);
        for (int i = 0; i < 2; i++) {
            int length = (int)strlen(word[i]), from = at - length / 2;

            if ((i == 1 && turn == 0) || (length > room && turn == 0))
                continue;
            if (from < 0)
                from = 0;
            if (from + length > columns)
                from = columns - length;
            memcpy(line[i] + from, word[i], (size_t)length);
        }
    }
    text_addf(out, "track %d  %s\n         %s\n", track, line[0], line[1]);
}

void platter_picture(const struct platter_setup *s,
                     const struct platter_result *r, bool utf8, int columns,
                     struct text *out)
{
    int room = columns - 9;

    if (room < 36)
        room = 36;
    if (room > 360)
        room = 360;
    for (int track = 0; track < PLATTER_TRACKS; track++)
        add_track(s, r, track, room, ".", out);
    text_add(out, "         ");
    for (int i = 0; i < 4; i++) {
        char mark[16];

        snprintf(mark, sizeof(mark), "%d%s", i * 90, utf8 ? "°" : "");
        text_pad(out, mark, i < 3 ? room * (i + 1) / 4 - room * i / 4 : 0);
    }
    text_addf(out,
              "\n         the head begins over track 0 at 0%s; the disk "
              "brings larger angles to it\n",
              utf8 ? "°" : " degrees");
}
