/* Words for the causes of waiting and for roles, as in the trace, the record
 * and on screen. All processes. */
#include "spec/cause.h"

#include "spec/role.h"

const char *const wait_cause_words[WAIT_CAUSES] = {
    [WAIT_NONE] = "none",       [WAIT_LOCK] = "lock",
    [WAIT_SPIN] = "spin",       [WAIT_GIL] = "gil",
    [WAIT_IO] = "io",           [WAIT_SLEEP] = "sleep",
    [WAIT_TURN] = "turn",       [WAIT_DISPATCH] = "dispatch",
    [WAIT_BARRIER] = "barrier", [WAIT_PARKED] = "parked",
    [WAIT_QUEUE] = "queue",     [WAIT_PIPE] = "pipe",
    [WAIT_JOIN] = "join",       [WAIT_MEET] = "meet",
    [WAIT_LOOP] = "loop",       [WAIT_OTHER] = "other",
};

const char *const worker_role_words[ROLE_COUNT] = {
    [ROLE_WORKER] = "worker",     [ROLE_PRODUCER] = "producer",
    [ROLE_CONSUMER] = "consumer", [ROLE_PARENT] = "parent",
    [ROLE_CHILD] = "child",       [ROLE_CLIENT] = "client",
    [ROLE_HOG] = "hog",           [ROLE_LOW] = "low",
    [ROLE_HIGH] = "high",         [ROLE_PHILOSOPHER] = "philosopher",
    [ROLE_READER] = "reader",
};

const char *const resource_call_words[RESOURCE_KINDS] = {
    [RESOURCE_LOCK] = "futex(lock)",    [RESOURCE_ITEM] = "futex(item)",
    [RESOURCE_ROOM] = "futex(room)",    [RESOURCE_PIPE_IN] = "write(pipe)",
    [RESOURCE_PIPE_OUT] = "read(pipe)", [RESOURCE_END] = "waitid(child)",
};
