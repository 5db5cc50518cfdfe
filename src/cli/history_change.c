/* What changes the history: notes, tags, taking out, bringing in, looking it
 * over, making it smaller. Screen process. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/history.h"

/* ---- notes and tags -------------------------------------------------------
 */

int history_do_note(struct history_call *c)
{
    struct text note = {0};
    struct history_id id;
    struct err err = {0};
    int status = history_id(c, c->args[0], &id);

    if (status >= 0)
        return status;
    for (int i = 1; i < c->count; i++)
        text_addf(&note, "%s%s", i > 1 ? " " : "", c->args[i]);
    if (history_note(c->history, id.kind, id.id, text_str(&note), &err) < 0)
        status = cli_refuse_err(&err, EXIT_REQUEST);
    else
        status = EXIT_DONE;
    text_fini(&note);
    return status;
}

static int tag(struct history_call *c, bool add)
{
    struct history_id id;
    struct err err = {0};
    int status = history_id(c, c->args[0], &id);

    if (status >= 0)
        return status;
    for (int i = 1; i < c->count; i++)
        if (history_tag(c->history, id.kind, id.id, c->args[i], add, &err) < 0)
            return cli_refuse_err(&err, EXIT_REQUEST);
    return EXIT_DONE;
}

int history_do_tag(struct history_call *c)
{
    return tag(c, true);
}

int history_do_untag(struct history_call *c)
{
    return tag(c, false);
}

/* ---- out and in -----------------------------------------------------------
 */

/* What all words name, or none is touched. -1, or an exit status. */
static int all_ids(struct history_call *c, struct history_id **out)
{
    int status = -1;

    *out = calloc((size_t)c->count + 1, sizeof(**out));
    if (!*out)
        return cli_refuse(EXIT_MACHINE, "not enough memory");
    for (int i = 0; i < c->count && status < 0; i++)
        status = history_id(c, c->args[i], &(*out)[i]);
    return status;
}

int history_do_remove(struct history_call *c)
{
    struct history_id *ids;
    struct err err = {0};
    int status = all_ids(c, &ids);

    for (int i = 0; i < c->count && status < 0; i++)
        if (history_remove(c->history, ids[i].kind, ids[i].id, &err) < 0)
            status = cli_refuse_err(&err, EXIT_REQUEST);
    free(ids);
    return status < 0 ? EXIT_DONE : status;
}

static int export_ids(struct history_call *c, const struct history_id *ids,
                      FILE *out, struct err *err)
{
    int64_t *runs = calloc((size_t)c->count + 1, sizeof(*runs));
    int64_t *sweeps = calloc((size_t)c->count + 1, sizeof(*sweeps));
    int run_count = 0, sweep_count = 0, rc;

    for (int i = 0; runs && sweeps && i < c->count; i++)
        if (ids[i].kind == HISTORY_RUN)
            runs[run_count++] = ids[i].id;
        else
            sweeps[sweep_count++] = ids[i].id;
    rc = runs && sweeps ? history_export(c->history, runs, run_count, sweeps,
                                         sweep_count, out, err)
                        : err_set(err, -ENOMEM, "not enough memory");
    free(runs);
    free(sweeps);
    return rc;
}

int history_do_export(struct history_call *c)
{
    const char *path = cli_words_value(&c->words, "output");
    struct cli_file file = {0};
    struct history_id *ids;
    struct err err = {0};
    int status = all_ids(c, &ids);
    int rc = 0;

    if (status < 0 && path) {
        signal(SIGXFSZ, SIG_IGN); /* a full disk is a sentence */
        rc = cli_file_open(&file, "output", path, &err);
    }
    if (status < 0 && rc == 0)
        rc = export_ids(c, ids, path ? file.stream : stdout, &err);
    if (status < 0 && rc == 0 && path)
        rc = cli_file_finish(&file, &err);
    if (status < 0)
        status = rc < 0 ? cli_refuse_err(&err, EXIT_FAILED) : EXIT_DONE;
    cli_file_drop(&file);
    free(ids);
    return status;
}

int history_do_import(struct history_call *c)
{
    struct err err = {0};
    int64_t added = 0;

    if (history_import(c->history, c->args[0], &added, &err) < 0)
        return cli_refuse_err(&err, EXIT_FAILED);
    if (added == 0)
        puts("All of it was there already.");
    else
        printf("%" PRId64 " %s came in.\n", added,
               added == 1 ? "run or sweep" : "runs and sweeps");
    return EXIT_DONE;
}

/* ---- looking after it -----------------------------------------------------
 */

int history_do_check(struct history_call *c)
{
    int64_t rows, bad;
    struct err err = {0};

    if (history_check(c->history, &rows, &bad, &err) < 0)
        return cli_refuse_err(&err, EXIT_FAILED);
    printf("The history is sound: %" PRId64 " runs and sweeps, and the sum of "
           "each is right.\n",
           rows);
    return EXIT_DONE;
}

static void print_size(struct history_call *c)
{
    char bytes[32];
    struct stat st;

    if (stat(history_path(c->history), &st) == 0)
        printf("The history takes %s now.\n",
               text_bytes(bytes, sizeof(bytes), (int64_t)st.st_size));
}

int history_do_prune(struct history_call *c)
{
    const char *to = cli_words_value(&c->words, "to");
    int64_t bytes = HISTORY_BYTES;
    struct err err = {0};

    if (to && !cli_size(to, &bytes))
        return cli_refuse(EXIT_REQUEST,
                          "--to cannot be \"%s\"; it is a size such as 64M",
                          to);
    if (history_prune(c->history, bytes, &err) < 0)
        return cli_refuse_err(&err, EXIT_FAILED);
    print_size(c);
    return EXIT_DONE;
}
