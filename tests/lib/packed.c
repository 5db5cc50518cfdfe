/* Packed runs in tests. Run in the test process. */
#include "lib/packed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "export/export.h"
#include "keep/pack.h"
#include "view/view.h"

struct trace *packed_again(const struct trace *t, size_t spans)
{
    struct trace *again = NULL;
    struct pack pack;
    struct err err = {0};

    if (pack_trace(t, spans, &pack, &err) < 0 ||
        pack_open(pack.data, pack.len, &again, &err) < 0)
        fail_msg("%s", err.text);
    pack_fini(&pack);
    return again;
}

static void show_record(struct trace *t, struct text *out)
{
    char *bytes = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&bytes, &length);

    assert_non_null(to);
    assert_int_equal(export_json(t, to, NULL), 0);
    fclose(to);
    text_add(out, bytes);
    free(bytes);
}

static int64_t last_ns(const struct trace *t)
{
    return t->end_ns ? t->end_ns : t->now_ns;
}

static void show_lab(struct trace *t, struct frame *f)
{
    struct view_lab v = {.trace = t,
                         .follow = true,
                         .selected_worker = -1,
                         .wanted_workers = -1,
                         .view_end_ns = last_ns(t)};
    struct lanes *lanes = lanes_new();
    struct view_room room =
        view_lab_room(f->rows, f->columns, t->core_count, &v);
    int columns = room.columns > 0 ? room.columns : 1;

    v.lane_workers =
        t->worker_count < room.workers ? t->worker_count : room.workers;
    assert_non_null(lanes);
    if (t->gate_ns != 0) {
        assert_int_equal(lanes_update(lanes, t, v.view_end_ns,
                                      (last_ns(t) - t->gate_ns) / columns + 1,
                                      columns, 0, v.lane_workers),
                         0);
        v.lanes = lanes;
    }
    view_lab(f, &v);
    lanes_free(lanes);
}

static void show_screens(struct trace *t, int rows, int columns,
                         struct text *out)
{
    struct frame f = {0};

    assert_int_equal(frame_init(&f, rows, columns), 0);
    show_lab(t, &f);
    frame_styles_to_text(&f, out);
    if (t->spec.workload == WORKLOAD_COUNTER) {
        const struct view_race v = {.trace = t,
                                    .wanted_sync = t->spec.sync,
                                    .wanted_workers = t->spec.workers};

        assert_int_equal(frame_init(&f, rows, columns), 0);
        view_race(&f, &v);
        frame_styles_to_text(&f, out);
    }
    frame_fini(&f);
}

void packed_show(struct trace *t, struct text *out)
{
    const struct report_options look = {.columns = 100};
    struct text report = {0};

    assert_int_equal(export_report(t, &look, &report), 0);
    text_add(out, text_str(&report));
    text_fini(&report);
    show_record(t, out);
    show_screens(t, 30, 100, out);
    show_screens(t, 60, 140, out);
    assert_false(out->failed);
}

void packed_same(struct trace *a, struct trace *b)
{
    struct text is = {0}, was = {0};
    const char *p, *q;
    size_t line = 1;

    packed_show(a, &was);
    packed_show(b, &is);
    p = text_str(&was);
    q = text_str(&is);
    while (strcmp(p, q) != 0) {
        int n = (int)strcspn(p, "\n"), m = (int)strcspn(q, "\n");

        if (n != m || strncmp(p, q, (size_t)n) != 0)
            fail_msg("line %zu: was \"%.*s\", is \"%.*s\"", line, n, p, m, q);
        p += n + (p[n] != '\0');
        q += m + (q[m] != '\0');
        line++;
    }
    text_fini(&was);
    text_fini(&is);
}
