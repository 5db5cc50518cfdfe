/* Tasks' own lengths. In the lab's coordinator, before workers exist. */
#include "lab/lengths.h"

int lengths_prepare(struct worker *coordinator, struct err *err)
{
    struct lengths *l;

    if (coordinator->spec->lengths[0] == '\0')
        return 0;
    l = arena_map_more(sizeof(*l), err);
    if (!l)
        return err->code;
    l->count = spec_lengths(coordinator->spec, l->ns);
    coordinator->arena->work = l;
    return 0;
}
