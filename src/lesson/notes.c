/* The teacher's notes: put together, and handed over in a file that is replaced
 * whole. Any process. */
#include "lesson/notes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/paths.h"

/* ---- the text ------------------------------------------------------------
 */

/* The question that the present step is about: its own, or the last one before
 * it, whose key the run shows. */
static int question_of(const struct session *s)
{
    const struct lesson_step *step = session_step(s);
    int last = step->block >= 0 ? step->block : s->lesson->block_count - 1;

    for (int i = last; i >= 0; i--) {
        enum lesson_kind kind = s->lesson->blocks[i].kind;

        if (kind == LESSON_PREDICT || kind == LESSON_OBSERVE ||
            kind == LESSON_QUIZ)
            return i;
    }
    return -1;
}

static void add_key(const struct session *s, int block, struct text *out)
{
    const struct lesson_block *b = &s->lesson->blocks[block];
    struct lesson_key key;

    session_key(s, block, &key);
    if (!key.known) {
        text_add(out, "The right answer is measured by the run.\n\n");
        return;
    }
    text_add(out, "**Right here:** ");
    if (b->asks == ASKS_NUMBER) {
        formula_say(key.number, b->unit ? b->unit : "", out);
    } else if (b->asks == ASKS_CHOICE) {
        text_add(out, b->choices[key.choice].text);
    } else {
        for (int i = 0; i < b->choice_count; i++)
            text_addf(out, "%s%s", i ? " < " : "",
                      b->choices[key.order[i]].text);
    }
    text_add(out, key.disturbed ? " (others used the machine)\n\n" : "\n\n");
}

static void add_votes(const struct lesson_answer *a,
                      const struct lesson_block *b, struct text *out)
{
    if (!a->given || b->choice_count == 0 || a->votes[0] < 0)
        return;
    text_addf(out, "Votes (round %d):", a->attempt);
    for (int i = 0; i < b->choice_count && i < LESSON_CHOICES; i++)
        text_addf(out, " %c %d", 'A' + i, a->votes[i]);
    text_add(out, "\n\n");
}

static void add_question(const struct session *s, int block, struct text *out)
{
    const struct lesson_block *b = &s->lesson->blocks[block];

    text_addf(out, "## %s\n\n", b->ask ? b->ask : "");
    for (int i = 0; i < b->choice_count; i++) {
        const struct lesson_choice *c = &b->choices[i];

        text_addf(out, "- %c: %s", 'A' + i, c->text);
        if (c->targets[0] || c->why)
            text_addf(out, " (%s%s%s)", c->targets,
                      c->targets[0] && c->why ? ": " : "",
                      c->why ? c->why : "");
        text_add(out, "\n");
    }
    text_add(out, "\n");
    add_votes(&s->answers[block], b, out);
    add_key(s, block, out);
}

/* Notes that stand before the next step's block, since the step before. */
static void add_notes(const struct session *s, struct text *out)
{
    const struct lesson *l = s->lesson;
    int from = 0, to = l->block_count;

    for (int i = s->step; i >= 0; i--)
        if (s->steps[i].block >= 0) {
            from = s->steps[i].block;
            break;
        }
    for (int i = s->step + 1; i < s->step_count; i++)
        if (s->steps[i].block > from) {
            to = s->steps[i].block;
            break;
        }
    if (s->step == 0)
        from = 0;
    for (int i = from; i < to; i++)
        if (l->blocks[i].kind == LESSON_NOTES)
            text_addf(out, "%s\n\n", l->blocks[i].body);
}

void notes_of(const struct session *s, int number, struct text *out)
{
    const struct lesson_step *step = session_step(s);
    struct text raw = {0};
    int question = question_of(s);

    if (number > 0)
        text_addf(&raw, "# %02d ", number);
    else
        text_add(&raw, "# ");
    text_addf(&raw, "%s\n\nStep %d of %d: %s\n\n",
              s->lesson->title ? s->lesson->title : s->lesson->id, s->step + 1,
              s->step_count, lesson_stage_words[step->stage]);
    add_notes(s, &raw);
    if (question >= 0 && step->stage != STAGE_READ)
        add_question(s, question, &raw);
    formula_fill(text_str(&raw), s->facts, NULL, out);
    text_fini(&raw);
}

/* ---- the file ------------------------------------------------------------
 */

int notes_path(char *out, size_t size, struct err *err)
{
    char folder[PATH_MAX];
    int rc = paths_runtime(folder, sizeof(folder), err), used;

    if (rc < 0)
        return rc;
    used = snprintf(out, size, "%s/notes", folder);
    if (used < 0 || (size_t)used >= size)
        return err_set(err, -EAGAIN, "the path of the notes is too long");
    return 0;
}

static int write_whole(const char *path, const struct text *text)
{
    size_t done = 0;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int rc = 0;

    if (fd < 0)
        return -errno;
    while (done < text->len && rc == 0) {
        ssize_t n = write(fd, text->data + done, text->len - done);

        if (n < 0)
            rc = -errno;
        else
            done += (size_t)n;
    }
    close(fd);
    return rc;
}

int notes_publish(const struct session *s, int number, struct err *err)
{
    char path[PATH_MAX], partial[PATH_MAX + 32];
    struct text text = {0};
    int rc = notes_path(path, sizeof(path), err);

    if (rc < 0)
        return rc;
    notes_of(s, number, &text);
    snprintf(partial, sizeof(partial), "%s.%ld", path, (long)getpid());
    rc = text.failed ? -ENOMEM : write_whole(partial, &text);
    if (rc == 0 && rename(partial, path) < 0)
        rc = -errno;
    if (rc < 0) {
        unlink(partial);
        err_set(err, rc, "the notes cannot be written to %s: %m", path);
    }
    text_fini(&text);
    return rc;
}

void notes_end(void)
{
    char path[PATH_MAX];

    if (notes_path(path, sizeof(path), NULL) == 0)
        unlink(path);
}
