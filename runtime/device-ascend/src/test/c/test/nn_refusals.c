/* What phase 1 of operators refuses, with which code, and that it says so: on a 910B3, and on a 310P. */
#include "nn_test.h"

#include <sys/wait.h>
#include <unistd.h>

OPERATOR(aclnnAdd, cT, cT, cS, aclTensor *)
OPERATOR(aclnnInplaceAdd, cT, cT, cS)
OPERATOR(aclnnCast, cT, aclDataType, aclTensor *)
OPERATOR(aclnnInplaceMaskedFillScalar, aclTensor *, cT, cS)
OPERATOR(aclnnMm, cT, cT, aclTensor *, int8_t)
OPERATOR(aclnnInplaceAddmm, cT, cT, cT, cS, cS, int8_t)
OPERATOR(aclnnBatchMatMul, cT, cT, aclTensor *, int8_t)
OPERATOR(aclnnRmsNorm, cT, cT, double, cT, cT)
OPERATOR(aclnnRmsNormGrad, cT, cT, cT, cT, cT, cT)
OPERATOR(aclnnSwiGlu, cT, i64, cT)
OPERATOR(aclnnSwiGluGrad, cT, cT, i64, cT)
OPERATOR(aclnnEmbedding, cT, cT, cT)
OPERATOR(aclnnEmbeddingDenseBackward, cT, cT, uint64_t, uint64_t, bool, cT)
OPERATOR(aclnnIndexPutImpl, aclTensor *, cTL, cT, bool, bool)
OPERATOR(aclnnReduceSum, cT, cIA, bool, aclDataType, aclTensor *)
OPERATOR(aclnnTopk, cT, i64, i64, bool, bool, aclTensor *, aclTensor *)
OPERATOR(aclnnArgMax, cT, i64, bool, aclTensor *)
OPERATOR(aclnnDropoutGenMask, cIA, double, i64, i64, aclTensor *)
OPERATOR(aclnnApplyAdamWV2, aclTensor *, aclTensor *, aclTensor *, aclTensor *, cT, cT, float, float, float, float, float, bool, bool)
OPERATOR(aclnnCrossEntropyLoss, cT, cT, cT, char *, i64, double, double, bool, cT, cT, cT, cT)

enum { NULLPTR = 161001, INVALID = 161002, TILING = 561002, NO_KERNEL = 561003 };

enum { ALL = 64 };

static Tensor made[ALL];
static int count;

static Tensor dense(aclDataType type, int rank, const i64 *dims) {
    if (count == ALL) {
        need(1, "the list of tensors");
    }
    return made[count++] = output(type, DENSE, rank, dims);
}

static void on_any_card(void) {
    Tensor a = dense(ACL_FLOAT, DIMS(4, 6)), b = dense(ACL_FLOAT, DIMS(6, 5)), c = dense(ACL_FLOAT, DIMS(4, 5)), h = dense(ACL_FLOAT16, DIMS(4, 6));
    Tensor flags = dense(ACL_BOOL, DIMS(4, 6)), bytes = dense(ACL_UINT8, DIMS(4, 6)), row = dense(ACL_FLOAT, DIMS(6)), ids = dense(ACL_INT32, DIMS(4));
    Tensor wide = dense(ACL_FLOAT, DIMS(4, 5, 1)), rstd = dense(ACL_FLOAT, DIMS(4, 1)), long_ids = dense(ACL_INT64, DIMS(4));
    aclScalar *one = scalar(1);
    cIA last = ints(1, (i64[]) {-1}), far = ints(1, (i64[]) {2}), twice = ints(2, (i64[]) {1, -1}), shape = ints(1, (i64[]) {100});
    REFUSED(NULLPTR, aclnnAdd, a.tensor, NULL, one, a.tensor);
    REFUSED(NULLPTR, aclnnAdd, a.tensor, a.tensor, NULL, a.tensor);
    REFUSED(INVALID, aclnnAdd, a.tensor, b.tensor, one, a.tensor);
    REFUSED(INVALID, aclnnAdd, a.tensor, row.tensor, one, row.tensor);
    REFUSED(INVALID, aclnnAdd, a.tensor, a.tensor, one, flags.tensor);
    REFUSED(INVALID, aclnnInplaceAdd, row.tensor, a.tensor, one);
    REFUSED(INVALID, aclnnCast, a.tensor, ACL_BF16, h.tensor);
    REFUSED(INVALID, aclnnInplaceMaskedFillScalar, a.tensor, bytes.tensor, one);
    REFUSED(NULLPTR, aclnnMm, a.tensor, b.tensor, NULL, 1);
    REFUSED(INVALID, aclnnMm, a.tensor, a.tensor, c.tensor, 1);
    REFUSED(INVALID, aclnnMm, a.tensor, b.tensor, wide.tensor, 1);
    REFUSED(INVALID, aclnnMm, a.tensor, b.tensor, c.tensor, 5);
    REFUSED(INVALID, aclnnMm, h.tensor, b.tensor, h.tensor, 1);
    REFUSED(INVALID, aclnnBatchMatMul, a.tensor, b.tensor, c.tensor, 1);
    REFUSED(INVALID, aclnnInplaceAddmm, row.tensor, a.tensor, b.tensor, one, one, 1);
    REFUSED(TILING, aclnnRmsNorm, a.tensor, c.tensor, 1e-6, a.tensor, rstd.tensor);
    REFUSED(TILING, aclnnRmsNorm, a.tensor, row.tensor, 1e-6, a.tensor, row.tensor);
    REFUSED(INVALID, aclnnSwiGlu, a.tensor, 2, c.tensor);
    REFUSED(TILING, aclnnSwiGluGrad, rstd.tensor, dense(ACL_FLOAT, DIMS(4, 2)).tensor, -1, dense(ACL_FLOAT, DIMS(4, 2)).tensor);
    REFUSED(INVALID, aclnnEmbedding, a.tensor, row.tensor, a.tensor);
    REFUSED(INVALID, aclnnReduceSum, a.tensor, far, false, ACL_FLOAT, row.tensor);
    REFUSED(INVALID, aclnnReduceSum, a.tensor, twice, false, ACL_FLOAT, row.tensor);
    REFUSED(INVALID, aclnnReduceSum, a.tensor, last, false, ACL_FLOAT, row.tensor);
    REFUSED(INVALID, aclnnReduceSum, a.tensor, last, true, ACL_FLOAT16, rstd.tensor);
    REFUSED(INVALID, aclnnTopk, a.tensor, 7, 1, true, true, a.tensor, long_ids.tensor);
    REFUSED(INVALID, aclnnTopk, a.tensor, 1, 1, true, true, rstd.tensor, ids.tensor);
    REFUSED(INVALID, aclnnTopk, a.tensor, 1, 1, true, false, rstd.tensor, dense(ACL_INT64, DIMS(4, 1)).tensor);
    REFUSED(INVALID, aclnnArgMax, a.tensor, 1, false, row.tensor);
    REFUSED(INVALID, aclnnDropoutGenMask, shape, 0.5, 1, 0, dense(ACL_UINT8, DIMS(13)).tensor);
    REFUSED(INVALID, aclnnDropoutGenMask, shape, 1.5, 1, 0, dense(ACL_UINT8, DIMS(16)).tensor);
    aclTensor *listed = aclCreateTensor(ids.dims, 1, ACL_INT32, NULL, 0, ACL_FORMAT_ND, ids.dims, 1, ids.device);
    aclTensorList *list = aclCreateTensorList((const aclTensor *const[]) {listed}, 1);
    REFUSED(INVALID, aclnnIndexPutImpl, a.tensor, list, h.tensor, true, false);
    aclDestroyTensorList(list);
    Tensor swapped = dense(ACL_FLOAT, DIMS(64, 2));
    aclTensor *turned = aclCreateTensor((i64[]) {2, 64}, 2, ACL_FLOAT, (i64[]) {1, 2}, 0, ACL_FORMAT_ND, (i64[]) {128}, 1, swapped.device);
    REFUSED(INVALID, aclnnSwiGlu, turned, -1, dense(ACL_FLOAT, DIMS(2, 32)).tensor);
    aclDestroyTensor(turned);
    aclDestroyScalar(one);
    for (int i = 0; i < 4; i++) {
        aclDestroyIntArray((cIA[]) {last, far, twice, shape}[i]);
    }
}

static void on_training_cards(void) {
    Tensor a = dense(ACL_FLOAT, DIMS(4, 6)), b = dense(ACL_BF16, DIMS(6, 5)), c = dense(ACL_FLOAT, DIMS(4, 5)), x = dense(ACL_BF16, DIMS(4, 6));
    Tensor narrow = dense(ACL_BF16, DIMS(4, 5)), step = dense(ACL_INT64, DIMS(2)), small = dense(ACL_INT32, DIMS(1)), half = dense(ACL_FLOAT16, DIMS(6, 5));
    aclScalar *one = scalar(1);
    REFUSED(INVALID, aclnnMm, a.tensor, b.tensor, c.tensor, 0);      /* f32 with bf16 */
    REFUSED(INVALID, aclnnMm, x.tensor, half.tensor, narrow.tensor, 0); /* bf16 with f16 */
    REFUSED(INVALID, aclnnMm, x.tensor, b.tensor, c.tensor, 0);      /* f32 out of bf16 */
    REFUSED(INVALID, aclnnMm, x.tensor, b.tensor, narrow.tensor, 2);
    REFUSED(INVALID, aclnnMm, x.tensor, b.tensor, narrow.tensor, 3);
    REFUSED(INVALID, aclnnInplaceAddmm, c.tensor, x.tensor, b.tensor, one, one, 0);
    REFUSED(INVALID, aclnnApplyAdamWV2, a.tensor, a.tensor, a.tensor, NULL, x.tensor, step.tensor, 1, 1, 1, 1, 1, false, false);
    REFUSED(INVALID, aclnnApplyAdamWV2, a.tensor, a.tensor, a.tensor, NULL, a.tensor, step.tensor, 1, 1, 1, 1, 1, false, false);
    REFUSED(INVALID, aclnnApplyAdamWV2, a.tensor, a.tensor, a.tensor, NULL, a.tensor, small.tensor, 1, 1, 1, 1, 1, false, false);
    REFUSED(NULLPTR, aclnnApplyAdamWV2, a.tensor, a.tensor, a.tensor, NULL, a.tensor, step.tensor, 1, 1, 1, 1, 1, true, false);
    Tensor target = dense(ACL_INT64, DIMS(4)), loss = dense(ACL_FLOAT, DIMS(1)), rows = dense(ACL_FLOAT, DIMS(4));
    Tensor rstd = dense(ACL_FLOAT, DIMS(4, 1)), gamma = dense(ACL_BF16, DIMS(6));
    REFUSED(INVALID, aclnnRmsNormGrad, x.tensor, x.tensor, rstd.tensor, gamma.tensor, x.tensor, gamma.tensor); /* dgamma is f32 */
    REFUSED(NULLPTR, aclnnCrossEntropyLoss, a.tensor, target.tensor, NULL, "sum", -100, 0, 0, false, loss.tensor, a.tensor, NULL, rows.tensor);
    REFUSED(TILING, aclnnCrossEntropyLoss, a.tensor, target.tensor, NULL, "all", -100, 0, 0, false, loss.tensor, a.tensor, loss.tensor, rows.tensor);
    REFUSED(INVALID, aclnnCrossEntropyLoss, a.tensor, target.tensor, NULL, "none", -100, 0, 0, false, loss.tensor, a.tensor, loss.tensor, rows.tensor);
    aclDestroyScalar(one);
}

static void on_a_310p(void) {
    Tensor a = dense(ACL_FLOAT, DIMS(4, 6)), b = dense(ACL_FLOAT, DIMS(6, 5)), c = dense(ACL_FLOAT, DIMS(4, 5)), row = dense(ACL_FLOAT, DIMS(6));
    Tensor x = dense(ACL_BF16, DIMS(4, 6)), rstd = dense(ACL_FLOAT, DIMS(4, 1)), step = dense(ACL_INT64, DIMS(1)), target = dense(ACL_INT64, DIMS(4));
    Tensor loss = dense(ACL_FLOAT, DIMS(1)), odd = dense(ACL_FLOAT, DIMS(4, 3)), rows = dense(ACL_FLOAT, DIMS(4));
    aclScalar *one = scalar(1);
    REFUSED(INVALID, aclnnAdd, x.tensor, x.tensor, one, x.tensor);
    REFUSED(INVALID, aclnnMm, a.tensor, b.tensor, c.tensor, 0);
    REFUSED(INVALID, aclnnMm, a.tensor, b.tensor, c.tensor, 3);
    REFUSED(TILING, aclnnRmsNorm, a.tensor, row.tensor, 1e-6, a.tensor, rstd.tensor); /* 24 bytes */
    REFUSED(TILING, aclnnSwiGlu, a.tensor, -1, odd.tensor);
    REFUSED(NO_KERNEL, aclnnApplyAdamWV2, a.tensor, a.tensor, a.tensor, NULL, a.tensor, step.tensor, 1, 1, 1, 1, 1, false, false);
    REFUSED(NO_KERNEL, aclnnEmbeddingDenseBackward, a.tensor, target.tensor, 9, 9, false, dense(ACL_FLOAT, DIMS(9, 6)).tensor);
    REFUSED(NO_KERNEL, aclnnCrossEntropyLoss, a.tensor, target.tensor, NULL, "sum", -100, 0, 0, false, loss.tensor, a.tensor, loss.tensor, rows.tensor);
    aclDestroyScalar(one);
}

static int refuse(int argc, char **argv, void (*more)(void)) {
    start(argc, argv);
    on_any_card();
    more();
    while (count > 0) {
        drop(&made[--count]);
    }
    return finished();
}

/* The SoC is read when the library is first called, so that each has a process of its own. */
int main(int argc, char **argv) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        setenv("HEARTH_STANDIN_SOC", "Ascend310P3", 1);
        exit(refuse(argc, argv, on_a_310p));
    }
    int status = 1;
    waitpid(child, &status, 0);
    setenv("HEARTH_STANDIN_SOC", "Ascend910B3", 1);
    return refuse(argc, argv, on_training_cards) | (status != 0);
}
