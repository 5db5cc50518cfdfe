/* Big digits for the one number a screen is about. One font of 5 rows of
 * pixels: half blocks make it 3 rows high, whole blocks 5 rows and twice as
 * wide, for a projector. Runs in the screen process. */
#include "frame/frame.h"

#define FONT_ROWS 5

struct shape {
    uint32_t glyph;
    const char *rows[FONT_ROWS]; /* all of one length */
};

/* clang-format off */
static const struct shape font[] = {
    {'0', {"###", "# #", "# #", "# #", "###"}},
    {'1', {" # ", "## ", " # ", " # ", "###"}},
    {'2', {"###", "  #", "###", "#  ", "###"}},
    {'3', {"###", "  #", " ##", "  #", "###"}},
    {'4', {"# #", "# #", "###", "  #", "  #"}},
    {'5', {"###", "#  ", "###", "  #", "###"}},
    {'6', {"###", "#  ", "###", "# #", "###"}},
    {'7', {"###", "  #", " # ", " # ", " # "}},
    {'8', {"###", "# #", "###", "# #", "###"}},
    {'9', {"###", "# #", "###", "  #", "###"}},
    {'.', {" ", " ", " ", " ", "#"}},
    {',', {" ", " ", " ", "#", "#"}},
    {':', {" ", "#", " ", "#", " "}},
    {' ', {" ", " ", " ", " ", " "}},
    {'-', {"   ", "   ", "###", "   ", "   "}},
    {'+', {"   ", " # ", "###", " # ", "   "}},
    {'/', {"  #", "  #", " # ", "#  ", "#  "}},
    {'<', {"  #", " # ", "#  ", " # ", "  #"}},
    {'>', {"#  ", " # ", "  #", " # ", "#  "}},
    {'x', {"   ", "# #", " # ", "# #", "   "}},
    {0xd7, {"   ", "# #", " # ", "# #", "   "}},
    {'%', {"#   #", "   # ", "  #  ", " #   ", "#   #"}},
    {'k', {"#  ", "# #", "## ", "# #", "# #"}},
    {'M', {"#   #", "## ##", "# # #", "#   #", "#   #"}},
    {'G', {"###", "#  ", "# #", "# #", "###"}},
    {'T', {"###", " # ", " # ", " # ", " # "}},
    {'t', {" # ", "###", " # ", " # ", " ##"}},
    {'i', {"#", " ", "#", "#", "#"}},
    {'m', {"     ", "#### ", "# # #", "# # #", "# # #"}},
    {'e', {"   ", "###", "###", "#  ", "###"}},
    {'s', {"   ", "###", "## ", " ##", "###"}},
    {'l', {"# ", "# ", "# ", "# ", "##"}},
    {'c', {"   ", "###", "#  ", "#  ", "###"}},
};
/* clang-format on */

static const struct shape *font_find(uint32_t glyph)
{
    for (size_t i = 0; i < sizeof(font) / sizeof(font[0]); i++) {
        if (font[i].glyph == glyph)
            return &font[i];
    }
    return NULL;
}

/* One character at @column, @wide cells a pixel: 1 means half blocks. Returns
 * the columns it takes without a gap. */
static int draw_shape(struct frame *f, int row, int column, enum style style,
                      const struct shape *s, bool huge)
{
    static const uint32_t halves[4] = {0, 0x2580, 0x2584, 0x2588};
    int width = 0;

    for (; s->rows[0][width] != '\0'; width++) {
        for (int y = 0; huge && y < FONT_ROWS; y++) {
            uint32_t glyph = s->rows[y][width] == '#' ? 0x2588 : 0;

            frame_put(f, row + y, column + 2 * width, glyph, style);
            frame_put(f, row + y, column + 2 * width + 1, glyph, style);
        }
        for (int y = 0; !huge && y < FONT_ROWS; y += 2) {
            bool top = s->rows[y][width] == '#';
            bool low = y + 1 < FONT_ROWS && s->rows[y + 1][width] == '#';

            frame_put(f, row + y / 2, column + width, halves[top + 2 * low],
                      style);
        }
    }
    return huge ? 2 * width : width;
}

/* Both sizes, drawn or only measured (@f NULL). */
static int draw_big(struct frame *f, int row, int column, enum style style,
                    const char *s, bool huge)
{
    int gap = huge ? 2 : 1, used = 0;
    uint32_t glyph;

    while (*s != '\0') {
        s += text_decode(s, &glyph);
        const struct shape *shape = font_find(glyph);
        int width = 1;

        if (shape != NULL) {
            for (width = 0; shape->rows[0][width] != '\0';)
                width++;
            width *= huge ? 2 : 1;
        }
        if (f != NULL && shape != NULL) {
            draw_shape(f, row, column + used, style, shape, huge);
        } else if (f != NULL) {
            frame_put(f, row + (huge ? 4 : 2), column + used, glyph, style);
        }
        used += width + gap;
    }
    return used > 0 ? used - gap : 0;
}

int frame_big(struct frame *f, int row, int column, enum style style,
              const char *s)
{
    return draw_big(f, row, column, style, s, false);
}

int frame_big_columns(const char *s)
{
    return draw_big(NULL, 0, 0, STYLE_NORMAL, s, false);
}

int frame_huge(struct frame *f, int row, int column, enum style style,
               const char *s)
{
    return draw_big(f, row, column, style, s, true);
}

int frame_huge_columns(const char *s)
{
    return draw_big(NULL, 0, 0, STYLE_NORMAL, s, true);
}
