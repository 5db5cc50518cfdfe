/* The text report of a sweep in two files, and what that of a comparison
 * shares with it. Inside export/ only. Pure. */
#ifndef EXPORT_SWEEP_PARTS_H
#define EXPORT_SWEEP_PARTS_H

#include "export/page.h"
#include "sweep/sweep.h"

/* @x of @metric as a person writes it: "24.1 k", "1.20 s". Returns @buf; 32
 * bytes are enough. */
char *sweep_value_text(char *buf, size_t size, enum metric metric, double x);

/* "sigma 0.021 (0.01 to 0.032), lambda 48.1/s (47 to 49.2)". */
void fits_add_parameters(struct text *out, const struct scale_fit *f);

/* Sections of the page. */
void sweep_report_models(struct page *p, const struct sweep *s);
void sweep_report_method(struct page *p, const struct sweep *s);
void sweep_report_verdict(struct page *p, const struct sweep *s);

/* What others used of the machine during @trials, and what looking cost, as
 * sentences. */
void sweep_say_noise(const struct sweep_trial *trials, int count,
                     struct text *out);
void sweep_say_looking(const struct sweep_trial *trials, int count,
                       struct text *out);

#endif
