/* The words that a pack's bytes stand for. Renaming one makes old packs
 * unreadable. Any process. */
#include "keep/pack_parts.h"

static const char *const state_words[SPAN_STATES] = {
    [SPAN_RUNNING] = "running", [SPAN_SPINNING] = "spinning",
    [SPAN_READY] = "ready",     [SPAN_BLOCKED] = "blocked",
    [SPAN_UNKNOWN] = "unknown",
};

#define LIVES (LIFE_REFUSED + 1)
static const char *const life_words[LIVES] = {
    [LIFE_ABSENT] = "absent",   [LIFE_STARTING] = "starting",
    [LIFE_ALIVE] = "alive",     [LIFE_ENDED] = "ended",
    [LIFE_REFUSED] = "refused",
};

#define EVENTS (EVENT_BLIND + 1)
static const char *const event_words[EVENTS] = {
    [EVENT_TASK] = "task",   [EVENT_PHASE] = "phase",
    [EVENT_LOST] = "lost",   [EVENT_REFUSED] = "refused",
    [EVENT_PAUSE] = "pause", [EVENT_BLIND] = "blind",
};

static const char *const resource_words[RESOURCE_KINDS] = {
    [RESOURCE_LOCK] = "lock",         [RESOURCE_ITEM] = "item",
    [RESOURCE_ROOM] = "room",         [RESOURCE_PIPE_IN] = "pipe-in",
    [RESOURCE_PIPE_OUT] = "pipe-out", [RESOURCE_END] = "end",
};

static const char *const scene_words[SCENE_KINDS] = {
    [SCENE_NONE] = "none",   [SCENE_DISK] = "disk",   [SCENE_FLEET] = "fleet",
    [SCENE_QUEUE] = "queue", [SCENE_FILES] = "files",
};

#define HOSTS (HOST_DONE + 1)
static const char *const host_words[HOSTS] = {
    [HOST_IDLE] = "idle",       [HOST_ASKED] = "asked",
    [HOST_SENDING] = "sending", [HOST_REFUSES] = "refuses",
    [HOST_SILENT] = "silent",   [HOST_DONE] = "done",
};

#define FILES (FILE_FAILED + 1)
static const char *const file_words[FILES] = {
    [FILE_WAITS] = "waits",       [FILE_READS] = "reads",
    [FILE_CONVERTS] = "converts", [FILE_WRITES] = "writes",
    [FILE_DONE] = "done",         [FILE_FAILED] = "failed",
};

#define WORD_OF(name, words)                                                   \
    static const char *name(int i)                                             \
    {                                                                          \
        return words[i];                                                       \
    }
WORD_OF(state_word, state_words)
WORD_OF(cause_word, wait_cause_words)
WORD_OF(life_word, life_words)
WORD_OF(role_word, worker_role_words)
WORD_OF(sync_word, spec_sync_words)
WORD_OF(event_word, event_words)
WORD_OF(resource_word, resource_words)
WORD_OF(scene_word, scene_words)
WORD_OF(host_word, host_words)
WORD_OF(file_word, file_words)
WORD_OF(policy_word, spec_disk_policy_words)
#undef WORD_OF

static const char *metric_word(int i)
{
    return metric_infos[i].name;
}

const struct pack_words pack_words[LIST_COUNT] = {
    [LIST_STATE] = {"states", SPAN_STATES, state_word},
    [LIST_CAUSE] = {"causes", WAIT_CAUSES, cause_word},
    [LIST_LIFE] = {"lives", LIVES, life_word},
    [LIST_ROLE] = {"roles", ROLE_COUNT, role_word},
    [LIST_SYNC] = {"locks", SYNC_COUNT, sync_word},
    [LIST_EVENT] = {"events", EVENTS, event_word},
    [LIST_RESOURCE] = {"resources", RESOURCE_KINDS, resource_word},
    [LIST_SCENE] = {"scenes", SCENE_KINDS, scene_word},
    [LIST_HOST] = {"hosts", HOSTS, host_word},
    [LIST_FILE] = {"files", FILES, file_word},
    [LIST_POLICY] = {"disk_policies", DISK_POLICIES, policy_word},
    [LIST_METRIC] = {"metrics", METRIC_COUNT, metric_word},
};
