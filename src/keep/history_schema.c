/* The history's tables, word for word as they stand in the file: another text
 * there is damage. Any process. */
#include "keep/history_parts.h"

const char *const history_schema[] = {
    "CREATE TABLE sweeps (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " born TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, at INTEGER NOT NULL,"
    " line TEXT NOT NULL, machine TEXT NOT NULL, state TEXT NOT NULL,"
    " sentence TEXT NOT NULL, guess REAL, note TEXT NOT NULL,"
    " tags TEXT NOT NULL, owner TEXT NOT NULL, sum INTEGER NOT NULL)",
    "CREATE TABLE runs (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " born TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, took INTEGER NOT NULL,"
    " line TEXT NOT NULL, verdict TEXT NOT NULL, sentence TEXT NOT NULL,"
    " outcome TEXT NOT NULL, sweep INTEGER NOT NULL, point INTEGER NOT NULL,"
    " round INTEGER NOT NULL, attempt INTEGER NOT NULL, note TEXT NOT NULL,"
    " tags TEXT NOT NULL, timeline INTEGER NOT NULL,"
    " pack_bytes INTEGER NOT NULL, pack_sum INTEGER NOT NULL,"
    " sum INTEGER NOT NULL)",
    "CREATE TABLE packs (run INTEGER PRIMARY KEY, pack BLOB NOT NULL)",
    "CREATE INDEX runs_of ON runs (sweep, at)",
    NULL,
};

static const char *const run_columns[] = {
    [RUN_ID] = "id",
    [RUN_BORN] = "born",
    [RUN_AT] = "at",
    [RUN_TOOK] = "took",
    [RUN_LINE] = "line",
    [RUN_VERDICT] = "verdict",
    [RUN_SENTENCE] = "sentence",
    [RUN_OUTCOME] = "outcome",
    [RUN_SWEEP] = "sweep",
    [RUN_POINT] = "point",
    [RUN_ROUND] = "round",
    [RUN_ATTEMPT] = "attempt",
    [RUN_NOTE] = "note",
    [RUN_TAGS] = "tags",
    [RUN_TIMELINE] = "timeline",
    [RUN_PACK_BYTES] = "pack_bytes",
    [RUN_PACK_SUM] = "pack_sum",
};
static const char *const sweep_columns[] = {
    [SWEEP_ID] = "id",       [SWEEP_BORN] = "born",
    [SWEEP_KIND] = "kind",   [SWEEP_AT] = "at",
    [SWEEP_LINE] = "line",   [SWEEP_MACHINE] = "machine",
    [SWEEP_STATE] = "state", [SWEEP_SENTENCE] = "sentence",
    [SWEEP_GUESS] = "guess", [SWEEP_NOTE] = "note",
    [SWEEP_TAGS] = "tags",   [SWEEP_OWNER] = "owner",
};

const struct history_table table_runs = {
    "runs", run_columns, RUN_COLUMNS, RUN_AT, RUN_LINE, RUN_NOTE, RUN_TAGS};
const struct history_table table_sweeps = {
    "sweeps",   sweep_columns, SWEEP_COLUMNS, SWEEP_AT,
    SWEEP_LINE, SWEEP_NOTE,    SWEEP_TAGS};

const struct history_table *history_table(enum history_kind kind)
{
    return kind == HISTORY_RUN ? &table_runs : &table_sweeps;
}
