/* Help over a screen: the key table to read, to search and to use. Screen
 * process. */
#include <stdio.h>
#include <string.h>

#include "tui/app.h"

static const char *const legend[] = {
    "█ running   ▒ ready, but no core is free   · idle or finished",
    "╳ waits for another worker   ░ waits for a device or a timer   ▚ spins",
    "The same letter and colour is the same worker everywhere.",
    "FROZEN: only the picture stands still. STOPPED: the workers do.",
    "Hold Shift while dragging to select text when the mouse is on.",
    NULL,
};

static const char *const sweep_legend[] = {
    "· one run   ● the median of a point, its bar where it may lie",
    "× a disturbed run   ° a run far from the others   ✗ a point that failed",
    "◆ the sweet spot, ═ where else it may be   ? your guess",
    "The line is a model, broken beyond what was measured; or, grey, only",
    "joins the medians. ▼ is being run now, ▲ is under the cursor.",
    NULL,
};

static const char *const step_legend[] = {
    "1▸ the key of a thread and where it is: it can go on. 1╳ it has to wait.",
    "─ a step of its own   · happens with the step before, within the thread",
    "Keys count threads from 1, schedules from 0: key 1 is thread 0.",
    "share: of all schedules, each as likely. by chance: of random runs, where",
    "at every point each possible step is as likely.",
    NULL,
};

static const char *const lesson_legend[] = {
    "✓ it holds, or was right   ✗ it does not, or was not",
    "? inconclusive: others used the machine   - left out on this machine",
    "Nothing is right or wrong by heart: the key is what was measured here.",
    "MEASURED on this machine; MODEL: computed; REPLAY: from kept runs.",
    "Your answers and figures are kept; x writes them as a page.",
    NULL,
};

static void list(const struct app *a, struct key_list *keys)
{
    keys_help_list(keys, app_keys(a), a->screen->now(a), a->help.search);
}

static void search_key(struct app *a, int key)
{
    struct help_state *h = &a->help;
    size_t n = strlen(h->search);

    h->selected = 0;
    if (key == TUI_KEY_ENTER) {
        h->typing = false;
    } else if (key == TUI_KEY_ESCAPE) {
        h->typing = false;
        h->search[0] = '\0';
    } else if ((key == TUI_KEY_BACKSPACE || key == TUI_CTRL('H')) && n > 0) {
        h->search[n - 1] = '\0';
    } else if (key >= ' ' && key < 127 && n + 1 < sizeof(h->search)) {
        h->search[n] = (char)key;
        h->search[n + 1] = '\0';
    }
}

void help_key(struct app *a, int key)
{
    struct help_state *h = &a->help;
    struct key_list keys;
    int half = terminal_rows(a->terminal) / 2;

    if (h->typing) {
        search_key(a, key);
        return;
    }
    list(a, &keys);
    switch (keys_find(&keys_help, key, 0)) {
    case ACTION_UP:
        h->selected--;
        break;
    case ACTION_DOWN:
        h->selected++;
        break;
    case ACTION_PAGE_UP:
        h->selected -= half;
        break;
    case ACTION_PAGE_DOWN:
        h->selected += half;
        break;
    case ACTION_FIRST:
        h->selected = 0;
        h->scroll = 0;
        break;
    case ACTION_LAST: /* with what the colours mean, below the keys */
        h->selected = keys.count - 1;
        h->scroll = keys.count;
        break;
    case ACTION_SEARCH:
        h->typing = true;
        break;
    case ACTION_BACK:
        a->overlay = OVERLAY_NONE;
        break;
    case ACTION_ENTER:
        a->overlay = OVERLAY_NONE;
        if (h->selected < keys.count)
            app_act(a, keys.row[h->selected]->keys[0].action);
        return;
    default:
        break;
    }
    if (h->selected >= keys.count)
        h->selected = keys.count - 1;
    if (h->selected < 0)
        h->selected = 0;
}

void help_draw(struct app *a, struct frame *f)
{
    struct key_list keys;
    char search[64];
    struct view_help v = {
        .title = app_keys(a)->title,
        .selected = a->help.selected,
        .scroll = a->help.scroll,
        .legend = a->screen == &screen_sweep  ? sweep_legend
                  : a->screen == &screen_step ? step_legend
                  : a->screen == &screen_lesson || a->screen == &screen_course
                      ? lesson_legend
                      : legend,
    };

    list(a, &keys);
    v.keys = keys.view;
    v.key_count = keys.count;
    snprintf(search, sizeof(search), "%s%s", a->help.search,
             a->help.typing ? "_" : "");
    v.search = search;
    view_help(f, &v);
}
