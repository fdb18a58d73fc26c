/*
 * What the tests of the core share. Each test runs in a process of its own, since the environment tells the stand-in what to be;
 * a program without arguments runs all of its tests and ends with 1 if one of them failed.
 */
#ifndef STANDIN_CORE_TEST_H
#define STANDIN_CORE_TEST_H

#include "acl.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OPERATOR(name, ...)                                                                 \
    aclnnStatus name##GetWorkspaceSize(__VA_ARGS__, uint64_t *, aclOpExecutor **);          \
    aclnnStatus name(void *, uint64_t, aclOpExecutor *, aclrtStream);

OPERATOR(aclnnAdd, const aclTensor *, const aclTensor *, const aclScalar *, aclTensor *)
OPERATOR(aclnnMm, const aclTensor *, const aclTensor *, aclTensor *, int8_t)
OPERATOR(aclnnCat, const aclTensorList *, int64_t, aclTensor *)
OPERATOR(aclnnInplaceFillScalar, aclTensor *, const aclScalar *)
OPERATOR(aclnnRmsNormGrad, const aclTensor *, const aclTensor *, const aclTensor *, const aclTensor *, const aclTensor *,
         const aclTensor *)

struct test {
    const char *name;
    void (*run)(void);
    const char *environment[4]; /* NAME=value */
};

static int wrong;

/* Compares code and the text that belongs to it. */
static inline void expect_(int line, const char *what, int32_t is, int32_t code, const char *text) {
    const char *given = aclGetRecentErrMsg();
    if (is != code || (text != NULL && (given == NULL || strstr(given, text) == NULL))) {
        printf("line %d: %s gave %d (%s), not %d (%s)\n", line, what, is, given == NULL ? "no text" : given, code,
               text == NULL ? "any text" : text);
        wrong = 1;
    }
}

#define EXPECT(code, text, call) expect_(__LINE__, #call, call, code, text)
#define OK(call) EXPECT(0, NULL, call)
#define HOLDS(condition)                                      \
    do {                                                      \
        if (!(condition)) {                                   \
            printf("line %d: not %s\n", __LINE__, #condition); \
            wrong = 1;                                        \
        }                                                     \
    } while (0)

static inline double seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* A bound thread with a stream. */
static inline aclrtStream start(void) {
    aclrtStream stream = NULL;
    OK(aclInit(NULL));
    OK(aclrtSetDevice(0));
    OK(aclrtCreateStream(&stream));
    return stream;
}

static inline void *device_memory(size_t bytes) {
    void *memory = NULL;
    OK(aclrtMalloc(&memory, bytes, 0));
    return memory;
}

static inline void *pinned_memory(size_t bytes) {
    void *memory = NULL;
    OK(aclrtMallocHost(&memory, bytes));
    return memory;
}

/* A dense tensor of floats. */
static inline aclTensor *matrix(int64_t rows, int64_t columns, void *data) {
    int64_t dims[] = {rows, columns};
    return aclCreateTensor(dims, 2, ACL_FLOAT, NULL, 0, ACL_FORMAT_ND, dims, 2, data);
}

static inline aclScalar *number(float value) {
    return aclCreateScalar(&value, ACL_FLOAT);
}

/* Fills memory of the device, through a stream, and waits. */
static inline void fill(void *memory, int64_t count, float value, aclrtStream stream) {
    aclTensor *t = matrix(1, count, memory);
    aclScalar *s = number(value);
    uint64_t size = 0;
    aclOpExecutor *executor = NULL;
    OK(aclnnInplaceFillScalarGetWorkspaceSize(t, s, &size, &executor));
    OK(aclnnInplaceFillScalar(NULL, size, executor, stream));
    OK(aclrtSynchronizeStream(stream));
    OK(aclDestroyTensor(t));
    OK(aclDestroyScalar(s));
}

static inline float first_of(const void *memory) {
    float value = 0;
    OK(aclrtMemcpy(&value, sizeof value, memory, sizeof value, ACL_MEMCPY_DEVICE_TO_HOST));
    return value;
}

static inline int run_one(const struct test *tests, int count, const char *name) {
    for (int i = 0; i < count; i++) {
        if (strcmp(tests[i].name, name) == 0) {
            tests[i].run();
            return wrong;
        }
    }
    printf("there is no test %s\n", name);
    return 2;
}

static inline int run_all(const struct test *tests, int count, char **arguments) {
    int failed = 0;
    for (int i = 0; i < count; i++) {
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            for (int e = 0; e < 4 && tests[i].environment[e] != NULL; e++) {
                putenv((char *)(uintptr_t)tests[i].environment[e]);
            }
            execl("/proc/self/exe", arguments[0], tests[i].name, (char *)NULL);
            _exit(3);
        }
        int status = 0;
        waitpid(child, &status, 0);
        if (status != 0) {
            printf("FAILED: %s (%s %d)\n", tests[i].name, WIFSIGNALED(status) ? "signal" : "status",
                   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
            failed++;
        }
    }
    printf("%d tests, %d failed\n", count, failed);
    return failed == 0 ? 0 : 1;
}

#define MAIN(tests)                                                                      \
    int main(int count, char **arguments) {                                              \
        int all = (int)(sizeof tests / sizeof tests[0]);                                 \
        setvbuf(stdout, NULL, _IOLBF, 0);                                                \
        return count > 1 && strlen(arguments[1]) > 3 ? run_one(tests, all, arguments[1]) : run_all(tests, all, arguments); \
    }

#endif
