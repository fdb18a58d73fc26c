/* What ranks see when another one is gone, late, elsewhere, or makes another call. */
#include "hccl_test.h"

enum { N = 1001 };

/* The last rank goes; the stream of the others must fail with a time limit's code, and the communicator say why. */
static void after_a_death(int why, double least, double most) {
    float *x = floats_of(N, by_rank);
    OK(HcclAllReduce(x, x, N, FP32, SUM, comm, stream));
    synchronized();
    if (rank == size - 1) {
        shared->gone = 1;
        kill(getpid(), SIGKILL);
    }
    while (!shared->gone) {
        usleep(1000);
    }
    const double before = seconds();
    const int queued = HcclAllReduce(x, x, N, FP32, SUM, comm, stream);
    if (queued == 0) {
        EXPECT(107020, "HcclAllReduce", aclrtSynchronizeStreamWithTimeout(stream, LIMIT));
        HOLDS(seconds() - before >= least && seconds() - before < most);
    }
    int error = 0;
    OK(HcclGetCommAsyncError(comm, &error));
    HOLDS(error == why);
    EXPECT(why, "failed", HcclAllReduce(x, x, N, FP32, SUM, comm, stream));
    OK(HcclCommDestroy(comm));
}

static void noticed(void) { after_a_death(21, 0, 3); }

static void a_killed_rank_ends_the_others(void) { in_processes(3, noticed); }

static void unnoticed(void) { after_a_death(9, 0.9, 4); }

static void a_rank_that_is_lost_silently_ends_them_by_the_time_limit(void) { in_processes(3, unnoticed); }

static void late(void) {
    float *x = floats_of(N, by_rank);
    int error = 0;
    if (rank == 1) {
        usleep(2500000);
    } else {
        OK(HcclAllReduce(x, x, N, FP32, SUM, comm, stream));
        EXPECT(107020, "HCCL_EXEC_TIMEOUT", aclrtSynchronizeStreamWithTimeout(stream, LIMIT));
        OK(HcclGetCommAsyncError(comm, &error));
        HOLDS(error == 9);
    }
    OK(HcclCommDestroy(comm));
}

static void a_late_rank_ends_the_other_by_the_time_limit(void) { in_processes(2, late); }

static void idle(void) {
    if (rank == 1) {
        kill(getpid(), SIGKILL);
    }
    int error = 0;
    for (int i = 0; i < 3000 && error == 0; i++) {
        OK(HcclGetCommAsyncError(comm, &error));
        usleep(1000);
    }
    HOLDS(error == 21);
    OK(HcclCommDestroy(comm));
}

static void a_death_is_noticed_while_nothing_is_exchanged(void) { in_processes(2, idle); }

static void other_call(void) {
    float *x = floats_of(N, by_rank), *y = device_memory(N * 8);
    OK(rank == 0 ? HcclAllReduce(x, x, N, FP32, SUM, comm, stream) : HcclAllGather(x, y, N, FP32, comm, stream));
    EXPECT(107020, NULL, aclrtSynchronizeStreamWithTimeout(stream, LIMIT));
    int error = 0;
    OK(HcclGetCommAsyncError(comm, &error));
    HOLDS(error == 4 || error == 21); /* the second one may see that the first one has left */
    OK(HcclCommDestroy(comm));
}

static void ranks_that_make_other_calls_are_told(void) { in_processes(2, other_call); }

static void destroyed_within(void) {
    float *x = floats_of(N, by_rank);
    if (rank == 1) {
        while (!shared->gone) {
            usleep(1000);
        }
    } else {
        OK(HcclAllReduce(x, x, N, FP32, SUM, comm, stream));
        usleep(100000);
    }
    OK(HcclCommDestroy(comm));
    if (rank == 0) {
        EXPECT(107020, "destroyed", aclrtSynchronizeStreamWithTimeout(stream, LIMIT));
        shared->gone = 1;
    }
}

static void destroying_ends_what_is_exchanged(void) { in_processes(2, destroyed_within); }

static void freed(void) {
    float *x = floats_of(N, by_rank);
    if (rank == 0) {
        OK(HcclAllReduce(x, x, N, FP32, SUM, comm, stream));
        EXPECT(107000, "used by", aclrtFree(x));
        shared->gone = 1;
    } else {
        while (!shared->gone) {
            usleep(1000);
        }
        OK(HcclAllReduce(x, x, N, FP32, SUM, comm, stream));
    }
    synchronized();
    OK(HcclCommDestroy(comm));
}

static void memory_in_use_is_not_freed(void) { in_processes(2, freed); }

/* ---- meeting ------------------------------------------------------------------------------------------------------------------- */

static void changed_root_information_is_refused(void) {
    HcclRootInfo info;
    start();
    OK(HcclGetRootInfo(&info));
    memset(info.internal + 4000, 0, 108);
    EXPECT(1, "4108 bytes", HcclCommInitRootInfo(1, &info, 0, &comm));
    OK(HcclGetRootInfo(&info));
    EXPECT(1, "rank 2 of 2", HcclCommInitRootInfo(2, &info, 2, &comm));
}

static void a_missing_rank_is_a_time_limit(void) {
    HcclRootInfo info;
    start();
    OK(HcclGetRootInfo(&info));
    const double before = seconds();
    EXPECT(9, "HCCL_CONNECT_TIMEOUT", HcclCommInitRootInfo(2, &info, 0, &comm));
    HOLDS(seconds() - before < 4);
}

static void two_ranks_on_one_card_are_refused(void) {
    start();
    int32_t same[] = {1, 1}, other[] = {0, 1};
    HcclComm both[2];
    EXPECT(1, NULL, HcclCommInitAll(2, same, both));
    OK(HcclCommInitAll(2, other, both));
    OK(HcclCommDestroy(both[0]));
    OK(HcclCommDestroy(both[1]));
}

static void *unbound(void *argument) {
    HcclRootInfo info;
    EXPECT(15, "aclrtSetDevice", HcclGetRootInfo(&info));
    return argument;
}

static void threads_need_a_card(void) {
    start();
    pthread_t thread;
    pthread_create(&thread, NULL, unbound, NULL);
    pthread_join(thread, NULL);
}

static const struct test tests[] = {
    {"a_killed_rank_ends_the_others", a_killed_rank_ends_the_others, {"HEARTH_STANDIN_DEVICES=4"}},
    {"a_rank_that_is_lost_silently_ends_them_by_the_time_limit", a_rank_that_is_lost_silently_ends_them_by_the_time_limit,
     {"HEARTH_STANDIN_DEVICES=4", "HEARTH_STANDIN_HCCL_SILENT=1", "HCCL_EXEC_TIMEOUT=1"}},
    {"a_late_rank_ends_the_other_by_the_time_limit", a_late_rank_ends_the_other_by_the_time_limit,
     {"HEARTH_STANDIN_DEVICES=4", "HCCL_EXEC_TIMEOUT=1"}},
    {"a_death_is_noticed_while_nothing_is_exchanged", a_death_is_noticed_while_nothing_is_exchanged, {"HEARTH_STANDIN_DEVICES=4"}},
    {"ranks_that_make_other_calls_are_told", ranks_that_make_other_calls_are_told, {"HEARTH_STANDIN_DEVICES=4"}},
    {"destroying_ends_what_is_exchanged", destroying_ends_what_is_exchanged, {"HEARTH_STANDIN_DEVICES=4"}},
    {"memory_in_use_is_not_freed", memory_in_use_is_not_freed, {"HEARTH_STANDIN_DEVICES=4"}},
    {"changed_root_information_is_refused", changed_root_information_is_refused, {NULL}},
    {"a_missing_rank_is_a_time_limit", a_missing_rank_is_a_time_limit, {"HCCL_CONNECT_TIMEOUT=1"}},
    {"two_ranks_on_one_card_are_refused", two_ranks_on_one_card_are_refused, {"HEARTH_STANDIN_DEVICES=2"}},
    {"threads_need_a_card", threads_need_a_card, {NULL}},
};

MAIN(tests)
