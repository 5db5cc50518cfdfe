/* The library over the microscope: choose a program. Screen process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/app.h"
#include "view/micro.h"

static bool matches(const struct library_entry *e, const char *search)
{
    return strcasestr(e->name, search) || strcasestr(e->family, search) ||
           (e->summary && strcasestr(e->summary, search)) ||
           (e->teaches && strcasestr(e->teaches, search));
}

static void choose_shown(struct step_list *l)
{
    l->count = 0;
    for (int i = 0; l->shown && i < l->library.count; i++)
        if (matches(&l->library.entries[i], l->search))
            l->shown[l->count++] = i;
    if (l->selected >= l->count)
        l->selected = l->count > 0 ? l->count - 1 : 0;
}

/* Read afresh: there may be files that were not there the last time. */
void step_list_open(struct app *a)
{
    struct step_list *l = &a->step.list;
    struct err err = {0};

    library_fini(&l->library);
    free(l->shown);
    l->shown = NULL;
    l->error[0] = '\0';
    l->search[0] = '\0';
    l->typing = false;
    if (library_read(&l->library, &err) < 0)
        snprintf(l->error, sizeof(l->error), "%s", err.text);
    l->shown = calloc((size_t)l->library.count + 1, sizeof(*l->shown));
    choose_shown(l);
    for (int i = 0; i < l->count; i++) /* where we are */
        if (strcmp(l->library.entries[l->shown[i]].path, a->step.path) == 0)
            l->selected = i;
    step_open_over(a, STEP_OVER_LIST);
}

static void search_key(struct step_list *l, int key)
{
    size_t n = strlen(l->search);

    l->selected = 0;
    if (key == TUI_KEY_ENTER) {
        l->typing = false;
    } else if (key == TUI_KEY_ESCAPE) {
        l->typing = false;
        l->search[0] = '\0';
    } else if ((key == TUI_KEY_BACKSPACE || key == TUI_CTRL('H')) && n > 0) {
        l->search[n - 1] = '\0';
    } else if (key >= ' ' && key < 127 && n + 1 < sizeof(l->search)) {
        l->search[n] = (char)key;
        l->search[n + 1] = '\0';
    }
    choose_shown(l);
    for (int i = 0; i < l->count; i++) /* a name says more than a sentence */
        if (strcasestr(l->library.entries[l->shown[i]].name, l->search)) {
            l->selected = i;
            break;
        }
}

static void open_chosen(struct app *a)
{
    struct step_list *l = &a->step.list;
    struct err err = {0};
    char path[PATH_MAX];

    if (l->count == 0 || step_would_lose(a, "Enter"))
        return;
    snprintf(path, sizeof(path), "%s",
             l->library.entries[l->shown[l->selected]].path);
    if (step_open(a, path, NULL, &err) < 0)
        app_say(a, true, "%s", err.text);
    else
        step_close_over(a);
}

/* Back to the program, or out if there is none. */
static void leave(struct app *a)
{
    step_close_over(a);
    if (!a->step.program)
        app_back(a);
}

void step_list_key(struct app *a, int key)
{
    struct step_list *l = &a->step.list;
    int page = terminal_rows(a->terminal) / 2;

    if (l->typing && key != TUI_KEY_UP && key != TUI_KEY_DOWN) {
        search_key(l, key);
        return;
    }
    switch (keys_find(&keys_step_list, key, 0)) {
    case ACTION_UP:
        l->selected--;
        break;
    case ACTION_DOWN:
        l->selected++;
        break;
    case ACTION_PAGE_UP:
        l->selected -= page;
        break;
    case ACTION_PAGE_DOWN:
        l->selected += page;
        break;
    case ACTION_FIRST:
        l->selected = 0;
        break;
    case ACTION_LAST:
        l->selected = l->count - 1;
        break;
    case ACTION_SEARCH:
        l->typing = true;
        break;
    case ACTION_ENTER:
        open_chosen(a);
        return;
    case ACTION_EDIT_TEXT:
        if (!step_would_lose(a, "E"))
            step_edit_open(a, true);
        return;
    case ACTION_BACK:
        leave(a);
        return;
    default:
        break;
    }
    if (l->selected >= l->count)
        l->selected = l->count - 1;
    if (l->selected < 0)
        l->selected = 0;
}

void step_list_draw(struct app *a, struct frame *f, const struct view_common *c)
{
    const struct step_list *l = &a->step.list;
    char search[64];
    struct view_micro_list v = {
        .common = *c,
        .library = l->error[0] ? NULL : &l->library,
        .shown = l->shown,
        .count = l->count,
        .selected = l->selected,
        .error = l->error[0] ? l->error : NULL,
    };

    snprintf(search, sizeof(search), "%s%s", l->search, l->typing ? "_" : "");
    v.search = search[0] ? search : NULL;
    view_micro_list(f, &v);
}
