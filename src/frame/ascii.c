/* The fallback of every glyph beyond ASCII that a view may draw, for terminals
 * and locales without UTF-8. One table; what it does not know becomes '?'.
 * Runs in the screen process. */
#include "frame/frame.h"

struct fallback {
    uint32_t glyph;
    char ascii;
};

/* Sorted by code point: looked up by halves. States of a worker stay apart
 * without colour: # running, = ready, X lock, . I/O, % spinning, blank idle;
 * and sampled: + running, - ready, x lock, : I/O, ~ spinning. */
/* clang-format off */
static const struct fallback table[] = {
    {0x00b0, 'o'}, /* ° */
    {0x00b1, '+'}, /* ± */
    {0x00b2, '2'}, /* ² */
    {0x00b5, 'u'}, /* µ */
    {0x00b7, ' '}, /* · */
    {0x00d7, 'x'}, /* × */
    {0x00f7, '/'}, /* ÷ */
    {0x2013, '-'}, /* – */
    {0x2014, '-'}, /* — */
    {0x2018, '\''}, {0x2019, '\''}, /* ‘ ’ */
    {0x201c, '"'}, {0x201d, '"'},   /* “ ” */
    {0x2026, '~'}, /* … */
    {0x2190, '<'}, {0x2191, '^'}, {0x2192, '>'}, {0x2193, 'v'}, /* ← ↑ → ↓ */
    {0x2248, '~'}, /* ≈ */
    {0x2264, '<'}, {0x2265, '>'}, /* ≤ ≥ */
    {0x23ce, '>'}, /* ⏎ */
    {0x2500, '-'}, {0x2502, '|'}, /* ─ │ */
    {0x2503, '|'}, {0x250a, ':'}, /* ┃ ┊ */
    {0x250c, '+'}, {0x2510, '+'}, {0x2514, '+'}, {0x2518, '+'}, /* ┌ ┐ └ ┘ */
    {0x251c, '+'}, {0x2524, '+'}, {0x252c, '+'}, {0x2534, '+'}, /* ├ ┤ ┬ ┴ */
    {0x253c, '+'}, /* ┼ */
    {0x2550, '='}, {0x2551, '|'}, /* ═ ║ */
    {0x2554, '+'}, {0x2557, '+'}, {0x255a, '+'}, {0x255d, '+'}, /* ╔ ╗ ╚ ╝ */
    {0x256d, '.'}, {0x256e, '.'}, {0x256f, '\''}, {0x2570, '\''}, /* ╭ ╮ ╯ ╰ */
    {0x2573, 'X'}, /* ╳ */
    {0x2575, '|'}, /* ╵ */
    {0x2580, '"'}, /* ▀ */
    {0x2581, '_'}, {0x2582, '.'}, {0x2583, ':'}, {0x2584, '-'}, /* ▁ ▂ ▃ ▄ */
    {0x2585, '='}, {0x2586, '+'}, {0x2587, '*'}, {0x2588, '#'}, /* ▅ ▆ ▇ █ */
    {0x2589, '='}, {0x258a, '='}, {0x258b, '='}, {0x258c, '='}, /* ▉ ▊ ▋ ▌ */
    {0x258d, '-'}, {0x258e, '-'}, {0x258f, '-'}, /* ▍ ▎ ▏ */
    {0x2590, '|'}, /* ▐ */
    {0x2591, '.'}, {0x2592, '='}, {0x2593, '%'}, /* ░ ▒ ▓ */
    {0x259a, '%'}, /* ▚ */
    {0x25a0, '+'}, {0x25a1, '-'}, /* ■ □ */
    {0x25b2, '^'}, /* ▲ */
    {0x25b6, '>'}, {0x25b8, '>'}, {0x25bc, 'v'}, /* ▶ ▸ ▼ */
    {0x25c0, '<'}, {0x25c2, '<'}, /* ◀ ◂ */
    {0x25c6, '*'}, {0x25cf, 'o'}, /* ◆ ● */
    {0x2605, '*'}, /* ★ */
    {0x2713, '+'}, {0x2717, 'x'}, /* ✓ ✗ */
};
/* clang-format on */

static char find(uint32_t glyph)
{
    size_t low = 0, high = sizeof(table) / sizeof(table[0]);

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (table[middle].glyph == glyph)
            return table[middle].ascii;
        if (table[middle].glyph < glyph)
            low = middle + 1;
        else
            high = middle;
    }
    return '?';
}

void frame_to_ascii(struct frame *f)
{
    for (size_t i = 0; i < (size_t)f->rows * (size_t)f->columns; i++) {
        if (f->cells[i].glyph >= 0x7f)
            f->cells[i].glyph = (unsigned char)find(f->cells[i].glyph);
    }
}
