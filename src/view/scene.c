/* Which apparatus there is to draw. Screen process. */
#include "view/scene.h"

#include <limits.h>

/* By enum scene_kind. */
static const struct scene_look *const looks[SCENE_KINDS] = {
    [SCENE_NONE] = NULL,          [SCENE_DISK] = &scene_disk,
    [SCENE_FILES] = &scene_files, [SCENE_FLEET] = &scene_fleet,
    [SCENE_QUEUE] = &scene_queue,
};

/* From so many columns on the graph stands beside the apparatus, else below it,
 * in one frame. */
#define BESIDE_COLUMNS 120
#define APPARATUS_COLUMNS 60

/* Who waits for whom, where workers can wait for each other at all. */
static bool has_graph(const struct trace *t)
{
    return t->resource_count > 0;
}

/* The apparatus; times, where there is none and the graph leaves room. */
static const struct scene_look *look_of(const struct trace *t, int columns)
{
    const struct scene_look *look =
        t->scene.kind < SCENE_KINDS ? looks[t->scene.kind] : NULL;

    if (look || !scene_has_latency(t) ||
        (has_graph(t) && columns < BESIDE_COLUMNS))
        return look;
    return &scene_latency;
}

bool scene_shown(const struct trace *t)
{
    return t != NULL && (look_of(t, BESIDE_COLUMNS) != NULL || has_graph(t));
}

static int clamp(int x, int low, int high)
{
    if (x > high)
        x = high;
    return x < low ? low : x;
}

/* Lines the graph can use: one a worker and the verdict. */
static int graph_most(const struct trace *t)
{
    return clamp(t->worker_count + 1, scene_graph.least, scene_graph.most);
}

int scene_rows(const struct trace *t, int rows, int columns)
{
    const struct scene_look *look = look_of(t, columns);
    int want = rows / 3 - 2; /* the lanes keep the larger part */
    int least = look ? look->least : 0, most = look ? look->most : 0;

    if (!scene_shown(t))
        return 0;
    if (has_graph(t) && (!look || columns >= BESIDE_COLUMNS)) {
        least = clamp(scene_graph.least, least, INT_MAX);
        most = clamp(graph_most(t), most, INT_MAX);
    } else if (has_graph(t)) {
        least += scene_graph.least;
        most += graph_most(t);
    }
    return 2 + clamp(want, least, most);
}

void scene_draw(struct frame *f, struct box b, const struct trace *t)
{
    const struct scene_look *look = look_of(t, b.columns);
    struct box inside;

    if (!scene_shown(t) || b.rows <= 2)
        return;
    if (look && has_graph(t) && b.columns >= BESIDE_COLUMNS) {
        struct box left = box_take_columns(&b, APPARATUS_COLUMNS);

        look->draw(f, frame_panel(f, left, look->title, NULL), t);
        look = NULL;
    }
    inside = frame_panel(f, b, look ? look->title : scene_graph.title, NULL);
    if (look && has_graph(t)) {
        struct box top =
            box_take_rows(&inside, clamp(inside.rows - scene_graph.least,
                                         look->least, look->most));

        look->draw(f, top, t);
        look = NULL;
    }
    (look ? look : &scene_graph)->draw(f, inside, t);
}
