/* A folder for a test's files, beside the test program - a disk, where /tmp may
 * be memory - with a cache of its own in it. In the test process. */
#ifndef TESTS_LIB_PLACE_H
#define TESTS_LIB_PLACE_H

#include <sys/types.h>

#define PLACE_PATH 200

/* Make it and point XDG_CACHE_HOME at "cache", and XDG_STATE_HOME
 * at "state", in it. For cmocka's group setup
 * and teardown: the latter removes all. */
int place_make(void **state);
int place_remove(void **state);
/* Its absolute path. */
const char *place(void);
/* "place/NAME", in one of a few buffers that are used in turn. */
const char *place_path(const char *name);

/* Entries of the folder @path; 0 if there is no such folder. */
int place_entries(const char *path);
/* Remove @path with all that is in it. */
void place_clear(const char *path);

/* Run an experiment without a screen in a forked child; it exits with 0 when
 * the verdict is ok, else 1. Kill it as you like. */
pid_t place_start(const char *line);

#endif
