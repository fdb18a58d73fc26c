/* What the exchanges do when their stream comes to them. */
#ifndef HEARTH_STANDIN_HCCL_RUNS_H
#define HEARTH_STANDIN_HCCL_RUNS_H

#include "work.h"

int32_t standin_run_all_reduce(const struct standin_exchange *e);
int32_t standin_run_reduce_scatter(const struct standin_exchange *e); /* count is a rank's share */
int32_t standin_run_reduce(const struct standin_exchange *e);
int32_t standin_run_all_gather(const struct standin_exchange *e);     /* count is a rank's share */
int32_t standin_run_broadcast(const struct standin_exchange *e);
int32_t standin_run_scatter(const struct standin_exchange *e);        /* count is a rank's share */
int32_t standin_run_pair(const struct standin_exchange *e);           /* sends if out is there, else receives */
int32_t standin_run_all_to_all(const struct standin_exchange *e);
int32_t standin_run_batch(const struct standin_exchange *e);
int32_t standin_run_barrier(const struct standin_exchange *e);

#endif
