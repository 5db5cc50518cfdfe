/* The table of models. */
#include "lab/crew.h"

const struct model *const models[MODEL_COUNT] = {
    [MODEL_SEQUENTIAL] = &model_threads, /* one worker: the spec sees to it */
    [MODEL_THREADS] = &model_threads,
    [MODEL_PROCESSES] = &model_processes,
    [MODEL_GIL] = &model_gil,
    [MODEL_COOP] = &model_coop,
    [MODEL_BLENDED] = &model_blended,
};
