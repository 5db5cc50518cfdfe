/* Simulated jobs as lines of comma-separated values: written one by one, so
 * that a million of them take no memory. Runs in a command. */
#include <inttypes.h>

#include "export/names.h"
#include "export/sim_export.h"

static void put_ns(FILE *out, int64_t ns)
{
    if (ns >= 0)
        fprintf(out, ",%" PRId64, ns);
    else
        fputc(',', out); /* not known */
}

static void put_job(const struct sim *s, int id, const char *on, FILE *out)
{
    const struct sim_jobs *jobs = sim_jobs_of(s);
    struct sim_figures f = sim_figures(s, id);
    char name[SIM_NAME_MAX];

    fprintf(out, "%s,%d,%s", on, id, sim_job_name(jobs, id, name));
    put_ns(out, jobs->job[id].arrival_ns);
    put_ns(out, sim_job_work_ns(jobs, id));
    put_ns(out, f.response_ns);
    put_ns(out, f.turnaround_ns);
    put_ns(out, f.waiting_ns);
    put_ns(out, f.ran_ns);
    put_ns(out, f.blocked_ns);
    put_ns(out, f.lock_ns);
    put_ns(out, f.longest_wait_ns);
    put_ns(out, f.switches);
    put_ns(out, f.migrations);
    put_ns(out, f.periods);
    put_ns(out, f.misses);
    fputc('\n', out);
}

void export_sim_csv(const struct sim *s, bool header, FILE *out)
{
    struct text on = {0}, quoted = {0};

    sim_setup_write(sim_setup_of(s), &on);
    export_csv_field(&quoted, text_str(&on));
    if (header)
        fputs("on,job,name,arrival_ns,computes_ns,response_ns,turnaround_ns,"
              "waiting_ns,ran_ns,blocked_ns,lock_ns,longest_wait_ns,switches,"
              "migrations,periods,deadline_misses\n",
              out);
    for (int id = 0; id < sim_jobs_of(s)->count && !ferror(out); id++)
        put_job(s, id, text_str(&quoted), out);
    text_fini(&on);
    text_fini(&quoted);
}
