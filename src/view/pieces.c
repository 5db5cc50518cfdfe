/* Pieces that every screen is put together from: header, footer, states of a
 * worker. Runs in the screen process, and in tests. */
#include "view/pieces.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

/* ---- text --------------------------------------------------------------- */

int piece_text(struct frame *f, int row, int column, int max, enum style style,
               const char *s)
{
    int used;

    if (max <= 0 || s == NULL)
        return 0;
    used = frame_text(f, row, column, max, style, s);
    if (used == max && text_columns(s) > max)
        frame_put(f, row, column + max - 1, 0x2026, style);
    return used;
}

int piece_textf(struct frame *f, int row, int column, int max, enum style style,
                const char *format, ...)
{
    char line[512];
    va_list ap;

    va_start(ap, format);
    vsnprintf(line, sizeof(line), format, ap);
    va_end(ap);
    return piece_text(f, row, column, max, style, line);
}

char *piece_share(char *buf, size_t size, double share)
{
    if (share > 0 && share < 0.005)
        snprintf(buf, size, " <1 %%");
    else if (share >= 0.995 && share < 0.99999)
        snprintf(buf, size, ">99 %%");
    else
        snprintf(buf, size, "%3.0f %%", share * 100);
    return buf;
}

char *piece_tight(char *s)
{
    char *to = s;

    for (const char *from = s; *from != '\0'; from++) {
        if (*from != ' ')
            *to++ = *from;
    }
    *to = '\0';
    return s;
}

void piece_pair(struct frame *f, struct box b, int row, const char *label,
                const char *value)
{
    int columns = text_columns(value);

    piece_text(f, row, b.column, b.columns - columns - 1, STYLE_DIM, label);
    frame_right(f, row, b.column + b.columns, STYLE_NORMAL, value);
}

uint32_t piece_spark(double share)
{
    int level = (int)(share * 7.999);

    return 0x2581 + (uint32_t)(level < 0 ? 0 : level > 7 ? 7 : level);
}

/* ---- states of a worker ------------------------------------------------- */

const char *piece_state_short(enum span_state state, enum wait_cause cause)
{
    static const char *const waits[WAIT_CAUSES] = {
        [WAIT_NONE] = "waits",     [WAIT_LOCK] = "lock",
        [WAIT_SPIN] = "spins",     [WAIT_GIL] = "GIL",
        [WAIT_IO] = "I/O",         [WAIT_SLEEP] = "timer",
        [WAIT_TURN] = "turn",      [WAIT_DISPATCH] = "no task",
        [WAIT_BARRIER] = "others", [WAIT_PARKED] = "aside",
        [WAIT_QUEUE] = "queue",    [WAIT_PIPE] = "pipe",
        [WAIT_JOIN] = "join",      [WAIT_MEET] = "others",
        [WAIT_LOOP] = "loop",      [WAIT_OTHER] = "waits",
    };

    switch (state) {
    case SPAN_RUNNING:
        return "running";
    case SPAN_SPINNING:
        return "spins";
    case SPAN_READY:
        return "ready";
    case SPAN_BLOCKED:
        return cause < WAIT_CAUSES ? waits[cause] : "waits";
    default:
        return "?";
    }
}

const struct piece_state piece_states[] = {
    {SPAN_RUNNING, WAIT_NONE, "run", "running"},
    {SPAN_READY, WAIT_NONE, "ready", "ready, no core"},
    {SPAN_BLOCKED, WAIT_LOCK, "lock", "waits for a lock"},
    {SPAN_BLOCKED, WAIT_IO, "I/O", "waits for I/O"},
    {SPAN_SPINNING, WAIT_NONE, "spin", "spins"},
    {SPAN_BLOCKED, WAIT_OTHER, "idle", "idle"},
    {SPAN_UNKNOWN, WAIT_NONE, "?", "not seen"},
};
const int piece_state_count = sizeof(piece_states) / sizeof(piece_states[0]);

/* Columns a legend takes with words of @size: 0 short, 1 in full. */
static int legend_columns(int size, int gap)
{
    int columns = -gap;

    for (int i = 0; i < piece_state_count; i++) {
        const struct piece_state *s = &piece_states[i];

        columns += 2 + text_columns(size ? s->more : s->word) + gap;
    }
    return columns;
}

void piece_legend(struct frame *f, struct box b, bool ascii)
{
    bool full = legend_columns(1, 2) <= b.columns;
    int gap = legend_columns(full, 3) <= b.columns ? 3 : 2;
    int column = b.column, end = b.column + b.columns;

    for (int i = 0; i < piece_state_count; i++) {
        const struct piece_state *s = &piece_states[i];
        const char *word = full ? s->more : s->word;
        enum style style = view_state_style(s->state, s->cause);

        if (!full && s->state == SPAN_UNKNOWN)
            break; /* "?" explains itself */
        if (column + 2 + text_columns(word) > end)
            break;
        if (ascii && s->cause == WAIT_OTHER) { /* its glyph is a blank */
            column += frame_text(f, b.row, column, end - column, style,
                                 full ? "blank: idle" : "blank idle");
            column += gap;
            continue;
        }
        frame_put(f, b.row, column, view_state_glyph(s->state, s->cause, false),
                  style);
        frame_text(f, b.row, column + 2, end - column, STYLE_DIM, word);
        column += 2 + text_columns(word) + gap;
    }
}

/* ---- header ------------------------------------------------------------- */

/* "00:03.4" from the gate to the end or to now. */
static void header_clock(char *buf, size_t size, const struct trace *t)
{
    int64_t end_ns = t->end_ns != 0 ? t->end_ns : t->now_ns;
    int64_t tenths = t->gate_ns != 0 && end_ns > t->gate_ns
                         ? (end_ns - t->gate_ns) / (NS_PER_S / 10)
                         : 0;

    snprintf(buf, size, "%02" PRId64 ":%02" PRId64 ".%" PRId64, tenths / 600,
             tenths / 10 % 60, tenths % 10);
}

static enum style header_state(char *buf, size_t size, const struct trace *t)
{
    static const struct {
        const char *word;
        enum style style;
    } ends[] = {
        [VERDICT_NONE] = {"✓ DONE", STYLE_GOOD},
        [VERDICT_OK] = {"✓ DONE", STYLE_GOOD},
        [VERDICT_FAILED] = {"✗ FAILED", STYLE_BAD},
        [VERDICT_TIMEOUT] = {"✗ OUT OF TIME", STYLE_BAD},
        [VERDICT_DEADLOCK] = {"✗ DEADLOCK", STYLE_BAD},
        [VERDICT_INTERRUPTED] = {"■ STOPPED", STYLE_WARN},
    };
    char clock[24];

    if (t->verdict == VERDICT_NONE && t->end_ns == 0 && t->gate_ns == 0) {
        snprintf(buf, size, "STARTING");
        return STYLE_DIM;
    }
    header_clock(clock, sizeof(clock), t);
    if (t->waitfor.stuck > 0 && t->verdict == VERDICT_NONE) {
        snprintf(buf, size, "✗ %s %s",
                 t->waitfor.cycle_length > 0 ? "DEADLOCK" : "STUCK", clock);
        return STYLE_BAD;
    }
    if (t->verdict == VERDICT_NONE && t->end_ns == 0) {
        snprintf(buf, size, "▶ RUNNING %s", clock);
        return STYLE_GOOD;
    }
    snprintf(buf, size, "%s %s", ends[t->verdict].word, clock);
    return ends[t->verdict].style;
}

/* Draw @s to the left of *@end, if there is room after @start. */
static void header_part(struct frame *f, int row, int start, int *end,
                        enum style style, const char *s)
{
    int columns = text_columns(s);

    if (columns == 0 || *end - columns < start)
        return;
    frame_text(f, row, *end - columns, columns, style, s);
    *end -= columns + 2;
}

void view_header(struct frame *f, struct box row, const char *title,
                 const char *subject, const struct trace *t, bool paused,
                 const struct view_common *c)
{
    static const char *const badges[] = {" MEASURED ", " MODEL ", " REPLAY "};
    int end = row.column + row.columns - 1;
    int start = row.column + 1;
    char state[64] = "STARTING";
    enum style style = STYLE_DIM;

    if (row.rows < 1)
        return;
    start += frame_text(f, row.row, start, row.columns - 1, STYLE_TITLE, title);
    start += 2;
    if (t != NULL)
        style = header_state(state, sizeof(state), t);
    /* Most important first: each takes what it needs from the right. */
    if (t != NULL)
        header_part(f, row.row, start, &end, STYLE_BADGE, badges[t->badge]);
    if (paused)
        header_part(f, row.row, start, &end, STYLE_BANNER,
                    t != NULL && t->badge == BADGE_REPLAY ? " ▐▐ HELD "
                    : row.columns >= 80 ? " ▐▐ WORKERS STOPPED "
                                        : " ▐▐ STOPPED ");
    if (c->frozen)
        header_part(f, row.row, start, &end, STYLE_BANNER, " ▐▐ FROZEN ");
    if (paused && strncmp(state, "▶", 3) == 0) /* the banner says it better */
        memmove(state, strrchr(state, ' ') + 1, 8);
    header_part(f, row.row, start, &end, style, state);
    if (subject != NULL)
        piece_text(f, row.row, start, end - start, STYLE_NORMAL, subject);
    if (row.rows >= 2) {
        struct box rule = {row.row + 1, row.column, 1, row.columns};

        frame_fill(f, rule, 0x2500, STYLE_DIM);
    }
}

/* ---- footer ------------------------------------------------------------- */

/* Keys that stay whatever else must go: help and the way out. */
static bool key_stays(const struct view_key *k)
{
    return strcmp(k->keys, "?") == 0 || strcmp(k->word, "quit") == 0 ||
           strcmp(k->word, "back") == 0 || strcmp(k->word, "leave") == 0;
}

/* Arrows have no good fallback of one character: words instead. */
static const char *key_name(const struct view_common *c,
                            const struct view_key *k)
{
    static const char *const words[][2] = {
        {"⏎", "Enter"}, {"↑↓", "Up/Down"}, {"←→", "Left/Right"}};

    for (size_t i = 0; c->ascii && i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(k->keys, words[i][0]) == 0)
            return words[i][1];
    }
    return k->keys;
}

static int key_columns(const struct view_common *c, const struct view_key *k)
{
    return text_columns(key_name(c, k)) + 1 + text_columns(k->word) + 2;
}

/* The one key that a presenter needs, beside those that stay. */
static bool goes_on(const struct view_key *k)
{
    return strcmp(k->keys, "⏎") == 0;
}

static void footer_keys(struct frame *f, struct box b,
                        const struct view_common *c)
{
    int column = b.column + 1, reserved = 0;

    for (int i = 0; i < c->key_count; i++) {
        if (c->keys[i].word != NULL && key_stays(&c->keys[i]))
            reserved += key_columns(c, &c->keys[i]);
    }
    for (int i = 0; i < c->key_count; i++) {
        const struct view_key *k = &c->keys[i];
        int end = b.column + b.columns + 1; /* the last needs no gap */

        if (k->word == NULL)
            continue;
        if (key_stays(k))
            reserved -= key_columns(c, k);
        else if ((c->presenter && !goes_on(k)) ||
                 column + key_columns(c, k) + reserved > end)
            continue;
        column += frame_text(f, b.row, column, b.column + b.columns - column,
                             STYLE_KEY, key_name(c, k));
        column++;
        column += frame_text(f, b.row, column, b.column + b.columns - column,
                             STYLE_DIM, k->word);
        column += 2;
    }
}

/* A line with a cursor, moved left so that that is always seen. */
static void draw_line(struct frame *f, int row, int column, int columns,
                      const char *line, int cursor)
{
    int room = columns - 1, skip = cursor > room ? cursor - room : 0;
    uint32_t under = ' ', c;
    const char *s = line;

    for (int left = skip; left > 0 && *s != '\0'; left--)
        s += text_decode(s, &c);
    frame_text(f, row, column, columns, STYLE_NORMAL, s);
    for (int i = skip; i < cursor && *s != '\0'; i++)
        s += text_decode(s, &c);
    if (*s != '\0')
        text_decode(s, &under);
    frame_put(f, row, column + cursor - skip, under, STYLE_SELECTED);
}

void piece_typing(struct frame *f, struct box row, const char *asks,
                  const char *typing, int cursor)
{
    int used;

    if (row.rows < 1)
        return;
    frame_fill(f, row, 0, STYLE_NORMAL);
    box_take_columns(&row, 1);
    used = piece_textf(f, row.row, row.column, row.columns - 4, STYLE_KEY,
                       "%s: ", asks);
    box_take_columns(&row, used);
    draw_line(f, row.row, row.column, row.columns - 1, typing, cursor);
}

void view_footer(struct frame *f, struct box rows, const struct view_common *c)
{
    struct box last = box_take_rows(&rows, -1);
    struct box above = box_take_rows(&rows, -1);
    bool bad = c->message_bad;
    const char *line = c->message;

    if (last.rows < 1)
        return;
    if (c->prompt != NULL) {
        frame_text(f, last.row, last.column + 1, 1, STYLE_KEY, ":");
        draw_line(f, last.row, last.column + 2, last.columns - 2, c->prompt,
                  c->prompt_cursor);
        if (c->prompt_hint != NULL) {
            line = c->prompt_hint;
            bad = false;
        }
    } else {
        footer_keys(f, last, c);
    }
    if (above.rows > 0 && line != NULL) {
        frame_fill(f, above, 0, STYLE_NORMAL);
        piece_text(f, above.row, above.column + 1, above.columns - 2,
                   bad ? STYLE_BAD : STYLE_WARN, line);
    }
}

/* ---- whole frames ------------------------------------------------------- */

bool piece_fits(struct frame *f, int rows, int columns, const char *more)
{
    char line[160];
    struct box b = frame_box(f);

    if (f->rows >= rows && f->columns >= columns)
        return true;
    frame_fill(f, b, 0, STYLE_NORMAL);
    snprintf(line, sizeof(line),
             "This needs %d columns × %d rows; the terminal has %d × %d. %s",
             columns, rows, f->columns, f->rows, more);
    if (b.rows > 4)
        box_take_rows(&b, (b.rows - 4) / 2);
    if (b.columns > 8) {
        box_take_columns(&b, 1);
        box_take_columns(&b, -1);
    }
    frame_wrap(f, b, STYLE_NORMAL, line);
    return false;
}

bool view_fits(struct frame *f, int rows, int columns)
{
    return piece_fits(f, rows, columns,
                      "The workers go on meanwhile; q still leaves.");
}

void view_blank(struct frame *f)
{
    struct box b = frame_box(f);

    frame_fill(f, b, 0, STYLE_NORMAL);
    frame_text(f, b.rows - 1, 1, b.columns - 1, STYLE_DIM,
               "any key brings the picture back");
}

/* ---- the observer in one line ------------------------------------------- */

void view_observer_line(struct text *out, const struct trace *t,
                        const struct rates *r)
{
    static const char *const rungs[] = {
        [OBSERVER_AUTO] = "Observer not chosen yet",
        [OBSERVER_PERF_CPU] = "Observer perf-cpu: exact",
        [OBSERVER_PERF] = "Observer perf: exact",
        [OBSERVER_GAP] = "Observer gap: exact to 20 µs",
        [OBSERVER_SAMPLED] = "Observer sampled: a picture, not a record",
        [OBSERVER_OFF] = "Observer off: no timeline, counts only",
    };
    const struct trace_observer *o = &t->observer;
    char buf[32];

    if (trace_computed(t)) {
        text_addf(out, "Computed for %d simulated core%s, not observed",
                  t->core_count, t->core_count == 1 ? "" : "s");
        return;
    }
    text_add(out, rungs[o->kind]);
    if (o->lost > 0)
        text_addf(out, " · %s records lost",
                  text_count(buf, sizeof(buf), o->lost));
    if (o->price_ns >= 0 && o->kind != OBSERVER_OFF) {
        double per_s =
            r == NULL || r->voluntary_per_s < 0 || r->involuntary_per_s < 0
                ? -1
                : r->voluntary_per_s + r->involuntary_per_s;

        text_addf(out, " · watching costs %s a switch",
                  text_duration(buf, sizeof(buf), (int64_t)o->price_ns));
        if (per_s >= 0)
            text_addf(
                out, ", %s of a core",
                text_percent(buf, sizeof(buf), per_s * o->price_ns / 1e9));
    }
    if (o->remedy[0] != '\0')
        text_addf(out, " · better with: %s", o->remedy);
    if (o->reason[0] != '\0')
        text_addf(out, " · %s", o->reason);
}
