/* What the files of a session share. Inside lesson/ only. One thread. */
#ifndef LESSON_SESSION_PARTS_H
#define LESSON_SESSION_PARTS_H

#include "lesson/session.h"

#define SESSION_FIGURE 96 /* a figure's whole name: "@gil/8.worker3.run_s" */

/* Every figure of a finished run, as facts of @name, with @prefix ("", "@8.")
 * before each. Settings are called set.task_ms, with '_' for '-', in the unit a
 * person writes. Of workers the first FACTS_WORKERS. */
#define FACTS_WORKERS 64
void session_facts_under(struct facts *f, const char *name, int repeat,
                         const char *prefix, const struct trace *t,
                         const struct sweep_outcome *o);
/* Cores that others used, with what is too short to be told left out; below 0:
 * not known. */
double session_noise(const struct sweep_outcome *o);
/* What a run's line is called: by its own name, or by its block's. */
const char *session_line_name(const struct lesson_block *b, int line);
/* Begin @block's lines, each @rounds times. -EINVAL, -EAGAIN, -ENODATA. */
int session_begin_lines(struct session *s, int block, int rounds,
                        struct err *err);
/* The block that line @line of @b stands for: @b, or of a control the block
 * whose figures it replaces. */
const struct lesson_block *session_stands_for(const struct session *s,
                                              const struct lesson_block *b,
                                              int line);
/* Everything that a finished sweep says, as figures of @name. */
void session_facts_sweep(struct facts *f, const char *name,
                         const struct sweep *sweep);

#endif
