/* What collectives compute, and which arguments they refuse. */
#include "hccl_test.h"

static float nothing(int i) { return (float) (i * 0 - 1); }

static void compare(int line, const float *memory, int n, float (*wanted)(int)) {
    float *host = malloc((size_t) n * sizeof *host);
    OK(aclrtMemcpy(host, (size_t) n * sizeof *host, memory, (size_t) n * sizeof *host, ACL_MEMCPY_DEVICE_TO_HOST));
    for (int i = 0; i < n; i++) {
        if (host[i] != wanted(i)) {
            printf("line %d: rank %u has %g at %d, not %g\n", line, rank, (double) host[i], i, (double) wanted(i));
            wrong = 1;
            break;
        }
    }
    free(host);
}

#define COMPARE(memory, n, wanted) compare(__LINE__, memory, n, wanted)

enum { N = 1001 };

static float total(int i) { return (float) (100 * (size * (size - 1) / 2) + size * ((uint32_t) i % 97)); }

static float share(int i) { return total((int) (rank * N) + i); }

static float gathered(int i) { return (float) (100 * (i / N) + i % N % 97); }

static float roots(int i) { return (float) (100 + i % 97); }

static float largest(int i) { return (float) (100 * (size - 1) + (uint32_t) i % 97); }

static float scattered(int i) { return (float) (100 + ((int) rank * N + i) % 97); }

static float of_neighbour(int i) { return (float) (100 * ((rank + size - 1) % size) + (uint32_t) i % 97); }

static float from_all(int i) { return (float) (100 * (i / N) + ((int) rank * N + i % N) % 97); }

static void collectives(void) {
    uint32_t is = 0;
    OK(HcclGetRankSize(comm, &is));
    HOLDS(is == size);
    OK(HcclGetRankId(comm, &is));
    HOLDS(is == rank);
    float *one = floats_of(N, by_rank), *to = floats_of(N, nothing), *many = floats_of(N * (int) size, by_rank), *all = floats_of(N * (int) size, nothing);
    OK(HcclAllReduce(one, to, N, FP32, SUM, comm, stream));
    synchronized();
    COMPARE(to, N, total);
    OK(HcclAllReduce(one, to, N, FP32, MAX, comm, stream));
    synchronized();
    COMPARE(to, N, largest);
    OK(HcclReduceScatter(many, to, N, FP32, SUM, comm, stream));
    synchronized();
    COMPARE(to, N, share);
    OK(HcclAllGather(one, all, N, FP32, comm, stream));
    synchronized();
    COMPARE(all, N * (int) size, gathered);
    OK(HcclAlltoAll(many, N, FP32, all, N, FP32, comm, stream));
    synchronized();
    COMPARE(all, N * (int) size, from_all);
    uint64_t counts[4], places[4];
    for (uint64_t i = 0; i < size; i++) {
        counts[i] = N;
        places[i] = i * N;
    }
    OK(HcclAlltoAllV(many, counts, places, FP32, all, counts, places, FP32, comm, stream));
    memset(counts, 0, sizeof counts); /* they were copied */
    synchronized();
    COMPARE(all, N * (int) size, from_all);
    if (size > 1) {
        HcclSendRecvItem items[] = {{0, one, N, FP32, (rank + 1) % size}, {1, to, N, FP32, (rank + size - 1) % size}};
        OK(HcclBatchSendRecv(items, 2, comm, stream));
        synchronized();
        COMPARE(to, N, of_neighbour);
        OK(HcclReduce(one, to, N, FP32, SUM, 1, comm, stream));
        synchronized();
        COMPARE(to, N, rank == 1 ? total : of_neighbour);
        OK(HcclScatter(rank == 1 ? many : NULL, to, N, FP32, 1, comm, stream));
        synchronized();
        COMPARE(to, N, scattered);
        OK(HcclBroadcast(one, N, FP32, 1, comm, stream));
        synchronized();
        COMPARE(one, N, roots);
    }
    if (rank < 2 && size > 1) {
        OK(rank == 0 ? HcclSend(one, N, FP32, 1, comm, stream) : HcclRecv(to, N, FP32, 0, comm, stream));
        synchronized();
        COMPARE(rank == 0 ? one : to, N, roots);
    }
    OK(HcclAllReduce(many, many, N, FP32, SUM, comm, stream)); /* in place */
    synchronized();
    COMPARE(many, N, total);
    OK(HcclBarrier(comm, stream));
    synchronized();
    int error = 1;
    OK(HcclGetCommAsyncError(comm, &error));
    HOLDS(error == 0);
    OK(HcclCommDestroy(comm));
    EXPECT(1, "destroyed", HcclCommDestroy(comm));
    EXPECT(1, "destroyed", HcclAllReduce(one, to, N, FP32, SUM, comm, stream));
}

static void one_process_alone(void) { in_processes(1, collectives); }

static void two_processes(void) { in_processes(2, collectives); }

static void four_processes(void) { in_processes(4, collectives); }

/* 16-bit sums are rounded after each addition, in the order of the ranks: 256 + 1 is 256 in bf16, and so it stays. */
static void short_sums(void) {
    uint16_t *x = device_memory(64), value = rank == 0 ? 0x4380 : 0x3f80, is = 0;
    OK(aclrtMemcpy(x, 2, &value, 2, ACL_MEMCPY_HOST_TO_DEVICE));
    OK(HcclAllReduce(x, x, 1, BFP16, SUM, comm, stream));
    synchronized();
    OK(aclrtMemcpy(&is, 2, x, 2, ACL_MEMCPY_DEVICE_TO_HOST));
    HOLDS(is == 0x4380);
    value = 0x3c00;
    OK(aclrtMemcpy(x, 2, &value, 2, ACL_MEMCPY_HOST_TO_DEVICE));
    OK(HcclAllReduce(x, x, 1, FP16, SUM, comm, stream));
    synchronized();
    OK(aclrtMemcpy(&is, 2, x, 2, ACL_MEMCPY_DEVICE_TO_HOST));
    HOLDS(is == 0x4400); /* 4 */
    OK(HcclCommDestroy(comm));
}

static void sums_of_16_bits_are_rounded_each_time(void) { in_processes(4, short_sums); }

static void wrong_arguments(void) {
    float *x = device_memory(256), host[4];
    EXPECT(2, "NULL", HcclAllReduce(NULL, x, 4, FP32, SUM, comm, stream));
    EXPECT(2, "NULL", HcclAllReduce(x, x, 4, FP32, SUM, NULL, stream));
    EXPECT(1, "no communicator", HcclAllReduce(x, x, 4, FP32, SUM, host, stream));
    EXPECT(1, "not within one allocation", HcclAllReduce(host, x, 4, FP32, SUM, comm, stream));
    EXPECT(1, "not within one allocation", HcclAllGather(x, x, 64, FP32, comm, stream));
    EXPECT(1, "aligned", HcclAllReduce((char *) x + 2, x, 4, FP32, SUM, comm, stream));
    EXPECT(5, "does not reduce", HcclAllReduce(x, x, 4, FP64, SUM, comm, stream));
    EXPECT(5, "does not reduce", HcclAllReduce(x, x, 4, BFP16, PROD, comm, stream));
    EXPECT(1, "no rank 9", HcclBroadcast(x, 4, FP32, 9, comm, stream));
    OK(HcclAllReduce(x, x, 0, FP32, SUM, comm, stream));
    HOLDS(strcmp(HcclGetErrorString(9), "timeout") == 0);
    OK(HcclBarrier(comm, stream));
    synchronized();
    OK(HcclCommDestroy(comm));
}

static void wrong_arguments_are_refused(void) { in_processes(2, wrong_arguments); }

static const struct test tests[] = {
    {"one_process_alone", one_process_alone, {"HEARTH_STANDIN_DEVICES=4"}},
    {"two_processes", two_processes, {"HEARTH_STANDIN_DEVICES=4"}},
    {"four_processes", four_processes, {"HEARTH_STANDIN_DEVICES=4"}},
    {"sums_of_16_bits_are_rounded_each_time", sums_of_16_bits_are_rounded_each_time, {"HEARTH_STANDIN_DEVICES=4"}},
    {"wrong_arguments_are_refused", wrong_arguments_are_refused, {"HEARTH_STANDIN_DEVICES=4"}},
};

MAIN(tests)
