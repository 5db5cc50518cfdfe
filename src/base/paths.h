/* Where the program keeps files of its own: the XDG base directories. Any
 * process. */
#ifndef BASE_PATHS_H
#define BASE_PATHS_H

#include <stddef.h>

#include "base/err.h"

/* The program's folder in the user's cache, made if need be:
 * $XDG_CACHE_HOME/timeslice, else ~/.cache/timeslice. 0, or -EAGAIN with a
 * sentence that names the folder: this machine or user has no room for one. */
int paths_cache(char *out, size_t size, struct err *err);
/* The same, but only its name: nothing is made. -ENOENT: nobody says where. */
int paths_cache_name(char *out, size_t size);

/* Where what is to stay goes, the history: $XDG_STATE_HOME/timeslice, else
 * ~/.local/state/timeslice; made if need be. As paths_cache(). */
int paths_state(char *out, size_t size, struct err *err);

/* Where what lives only as long as the user is logged in goes:
 * $XDG_RUNTIME_DIR/timeslice, made if need be; without that variable as
 * paths_state(). */
int paths_runtime(char *out, size_t size, struct err *err);

/* Where the files that a user adds to the program's own lie:
 * $XDG_DATA_HOME/timeslice/NAME, else ~/.local/share/timeslice/NAME. Nothing is
 * made. -ENOENT: nobody says where. */
int paths_own(const char *name, char *out, size_t size);
/* Where the program's own lie when it is installed: ../share/timeslice/NAME
 * from the folder of the running program. As paths_own(). */
int paths_installed(const char *name, char *out, size_t size);

#endif
