/* The table of metrics, made from the list in the header. Any process. */
#include "spec/metric.h"

const struct metric_info metric_infos[METRIC_COUNT] = {
#define X(id, name, unit, help) [METRIC_##id] = {#name, UNIT_##unit, help},
    METRICS(X)
#undef X
};
