/* What the teacher reads on a second terminal while the class looks at the
 * first: the notes of the present step, what the choices overlook, and the key
 * once it has been measured. The playing process writes it into a file of the
 * user's own, whole, at every step; "timeslice lesson notes" shows it. Any
 * process. */
#ifndef LESSON_NOTES_H
#define LESSON_NOTES_H

#include "lesson/session.h"

/* The file: $XDG_RUNTIME_DIR/timeslice/notes, or beside the progress if there
 * is no such folder. -EAGAIN with a sentence. */
int notes_path(char *out, size_t size, struct err *err);
/* The text of the present step of @s, Markdown; @number: the lesson's, or 0. */
void notes_of(const struct session *s, int number, struct text *out);
/* Put it there for whoever looks. -errno with a sentence. */
int notes_publish(const struct session *s, int number, struct err *err);
/* The lesson was left: nothing is to be seen any more. */
void notes_end(void);

#endif
