/* Operators that move elements and those that read and write at indices. */
#include "nn_test.h"

OPERATOR(aclnnPermute, cT, cIA, aclTensor *)
OPERATOR(aclnnCat, cTL, i64, aclTensor *)
OPERATOR(aclnnStack, cTL, i64, aclTensor *)
OPERATOR(aclnnSlice, cT, i64, i64, i64, i64, aclTensor *)
OPERATOR(aclnnSplitTensor, cT, uint64_t, i64, cTL)
OPERATOR(aclnnSplitWithSize, cT, cIA, i64, cTL)
OPERATOR(aclnnRepeat, cT, cIA, aclTensor *)
OPERATOR(aclnnRepeatInterleaveInt, cT, i64, i64, aclTensor *)
OPERATOR(aclnnRepeatInterleaveIntWithDim, cT, i64, i64, i64, aclTensor *)
OPERATOR(aclnnExpand, cT, cIA, aclTensor *)
OPERATOR(aclnnEmbedding, cT, cT, cT)
OPERATOR(aclnnEmbeddingDenseBackward, cT, cT, uint64_t, uint64_t, bool, cT)
OPERATOR(aclnnIndexSelect, cT, i64, cT, aclTensor *)
OPERATOR(aclnnGather, cT, i64, cT, aclTensor *)
OPERATOR(aclnnGatherV2, cT, i64, cT, aclTensor *)
OPERATOR(aclnnIndex, cT, cTL, aclTensor *)
OPERATOR(aclnnIndexPutImpl, aclTensor *, cTL, cT, bool, bool)
OPERATOR(aclnnIndexAdd, cT, i64, cT, cT, cS, aclTensor *)
OPERATOR(aclnnScatter, cT, i64, cT, cT, i64, aclTensor *)
OPERATOR(aclnnScatterAdd, cT, i64, cT, cT, aclTensor *)
OPERATOR(aclnnInplaceIndexCopy, aclTensor *, i64, cT, cT)
OPERATOR(aclnnScatterNdUpdate, aclTensor *, cT, cT)
OPERATOR(aclnnInplaceScatterUpdate, aclTensor *, cT, cT, i64)

static const double F32 = 1e-6;

static aclDataType any_type(void) {
    return (aclDataType[]) {ACL_FLOAT, ACL_FLOAT16, ACL_BF16, ACL_INT32, ACL_INT64, ACL_INT8}[between(0, 5)];
}

/* A row-major place of [a, b, c]. */
static i64 at(const i64 *dims, i64 i, i64 j, i64 k) { return (i * dims[1] + j) * dims[2] + k; }

static void permuting(void) {
    i64 dims[] = {between(1, 6), between(1, 7), between(1, 9)}, order[] = {0, 1, 2}, shape[3];
    for (int i = 0; i < 2; i++) {
        int other = (int) between(i, 2);
        i64 kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    for (int i = 0; i < 3; i++) {
        shape[i] = dims[order[i]];
    }
    aclDataType type = any_type();
    Tensor x = random_tensor(type, ANY, 3, dims, -9, 9), out = output(type, ANY, 3, shape);
    for (i64 i = 0; i < out.count; i++) {
        i64 index[] = {i / shape[2] / shape[1], i / shape[2] % shape[1], i % shape[2]}, source[3];
        for (int d = 0; d < 3; d++) {
            source[order[d]] = index[d];
        }
        out.values[i] = x.values[at(dims, source[0], source[1], source[2])];
    }
    cIA list = ints(3, order);
    RUN(aclnnPermute, x.tensor, list, out.tensor);
    expect(&out, 0, 0);
    aclDestroyIntArray(list);
    drop(&x);
    drop(&out);
}

/* Parts along an axis: joined, cut apart again, and one of them sliced. */
static void joining(void) {
    int axis = (int) between(0, 2);
    i64 dims[] = {between(1, 5), between(1, 5), between(1, 9)}, sizes[3], whole[3], first = 0;
    aclDataType type = any_type();
    Tensor parts[3];
    memcpy(whole, dims, sizeof whole);
    whole[axis] = 0;
    for (int i = 0; i < 3; i++) {
        i64 shape[3];
        memcpy(shape, dims, sizeof shape);
        shape[axis] = sizes[i] = between(1, 6);
        whole[axis] += sizes[i];
        parts[i] = random_tensor(type, ANY, 3, shape, -9, 9);
    }
    Tensor out = output(type, ANY, 3, whole);
    for (int p = 0; p < 3; p++) {
        for (i64 i = 0; i < parts[p].count; i++) {
            i64 index[] = {i / parts[p].dims[2] / parts[p].dims[1], i / parts[p].dims[2] % parts[p].dims[1], i % parts[p].dims[2]};
            index[axis] += first;
            out.values[at(whole, index[0], index[1], index[2])] = parts[p].values[i];
        }
        first += sizes[p];
    }
    aclTensorList *list = aclCreateTensorList((const aclTensor *const[]) {parts[0].tensor, parts[1].tensor, parts[2].tensor}, 3);
    cIA split = ints(3, sizes);
    RUN(aclnnCat, list, axis - 3, out.tensor);
    expect(&out, 0, 0);
    for (int p = 0; p < 3; p++) {
        double *kept = parts[p].values;
        parts[p].values = calloc((size_t) parts[p].count + 1, sizeof(double));
        upload(&parts[p]);
        free(parts[p].values);
        parts[p].values = kept;
    }
    RUN(aclnnSplitWithSize, out.tensor, split, axis, list);
    for (int p = 0; p < 3; p++) {
        expect(&parts[p], 0, 0);
    }
    i64 start = between(0, whole[axis] - 1), end = between(start, whole[axis]), step = between(1, 3), shape[3];
    memcpy(shape, whole, sizeof shape);
    shape[axis] = (end - start + step - 1) / step;
    Tensor slice = output(type, ANY, 3, shape);
    for (i64 i = 0; i < slice.count; i++) {
        i64 index[] = {i / shape[2] / shape[1], i / shape[2] % shape[1], i % shape[2]};
        index[axis] = start + index[axis] * step;
        slice.values[i] = out.values[at(whole, index[0], index[1], index[2])];
    }
    RUN(aclnnSlice, out.tensor, axis, between(0, 1) ? start : start - whole[axis], end == whole[axis] ? end + 5 : end, step, slice.tensor);
    expect(&slice, 0, 0);
    aclDestroyIntArray(split);
    for (int p = 0; p < 3; p++) { /* the list destroys its tensors */
        need(aclrtFree(parts[p].device), "aclrtFree");
        free(parts[p].values);
    }
    aclDestroyTensorList(list);
    drop(&out);
    drop(&slice);
}

static void repeating(void) {
    i64 a = between(1, 5), b = between(1, 6), times = between(1, 4), rows = between(1, 3);
    aclDataType type = (aclDataType[]) {ACL_FLOAT, ACL_BF16, ACL_INT32}[between(0, 2)];
    Tensor x = random_tensor(type, ANY, DIMS(a, b), -9, 9), tiled = output(type, ANY, DIMS(rows, a, b * times)), each = output(type, ANY, DIMS(a * b * times));
    Tensor along = output(type, ANY, DIMS(a * times, b)), wide = output(type, ANY, DIMS(rows, a, b));
    for (i64 i = 0; i < tiled.count; i++) {
        tiled.values[i] = x.values[i / (b * times) % a * b + i % (b * times) % b];
    }
    for (i64 i = 0; i < each.count; i++) {
        each.values[i] = x.values[i / times];
        along.values[i] = x.values[i / b / times * b + i % b];
    }
    for (i64 i = 0; i < wide.count; i++) {
        wide.values[i] = x.values[i % (a * b)];
    }
    cIA repeats = ints(3, (i64[]) {rows, 1, times}), size = ints(3, (i64[]) {rows, -1, b});
    RUN(aclnnRepeat, x.tensor, repeats, tiled.tensor);
    expect(&tiled, 0, 0);
    RUN(aclnnRepeatInterleaveInt, x.tensor, times, a * b * times, each.tensor);
    expect(&each, 0, 0);
    RUN(aclnnRepeatInterleaveIntWithDim, x.tensor, times, 0, a * times, along.tensor);
    expect(&along, 0, 0);
    RUN(aclnnExpand, x.tensor, size, wide.tensor);
    expect(&wide, 0, 0);
    aclDestroyIntArray(repeats);
    aclDestroyIntArray(size);
    drop(&x);
    drop(&tiled);
    drop(&each);
    drop(&along);
    drop(&wide);
}

static Tensor some_indices(int rank, const i64 *dims, i64 extent) {
    return random_tensor(between(0, 1) ? ACL_INT32 : ACL_INT64, ANY, rank, dims, 0, (double) extent);
}

/* 0 to n - 1 in a random order, the first `count` of them. */
static Tensor distinct(i64 count, i64 n) {
    Tensor t = tensor_of(between(0, 1) ? ACL_INT32 : ACL_INT64, ANY, DIMS(count));
    i64 *all = malloc((size_t) n * sizeof *all);
    for (i64 i = 0; i < n; i++) {
        all[i] = i;
    }
    for (i64 i = 0; i < count; i++) {
        i64 other = between(i, n - 1), kept = all[i];
        all[i] = all[other];
        all[other] = kept;
        t.values[i] = (double) all[i];
    }
    free(all);
    upload(&t);
    return t;
}

static void reading(void) {
    i64 n = between(1, 30), h = between(1, 40), m = between(1, 20), s = between(1, 3);
    aclDataType type = any_type();
    Tensor table = random_tensor(type, ANY, DIMS(n, h), -9, 9), ids = some_indices(DIMS(s, m), n), out = output(type, ANY, DIMS(s, m, h));
    for (i64 i = 0; i < out.count; i++) {
        out.values[i] = table.values[(i64) ids.values[i / h] * h + i % h];
    }
    RUN(aclnnEmbedding, table.tensor, ids.tensor, out.tensor);
    expect(&out, 0, 0);
    RUN(aclnnGatherV2, table.tensor, 0, ids.tensor, out.tensor);
    expect(&out, 0, 0);
    Tensor columns = some_indices(DIMS(m), h), picked = output(type, ANY, DIMS(n, m)), places = some_indices(DIMS(n, m), h);
    for (i64 i = 0; i < picked.count; i++) {
        picked.values[i] = table.values[i / m * h + (i64) columns.values[i % m]];
    }
    RUN(aclnnIndexSelect, table.tensor, -1, columns.tensor, picked.tensor);
    expect(&picked, 0, 0);
    for (i64 i = 0; i < picked.count; i++) {
        picked.values[i] = table.values[i / m * h + (i64) places.values[i]];
    }
    RUN(aclnnGather, table.tensor, 1, places.tensor, picked.tensor);
    expect(&picked, 0, 0);
    Tensor rows = some_indices(DIMS(m), n), pairs = output(type, ANY, DIMS(m));
    aclTensorList *list = aclCreateTensorList((const aclTensor *const[]) {rows.tensor, columns.tensor}, 2);
    for (i64 i = 0; i < m; i++) {
        pairs.values[i] = table.values[(i64) rows.values[i] * h + (i64) columns.values[i]];
    }
    RUN(aclnnIndex, table.tensor, list, pairs.tensor);
    expect(&pairs, 0, 0);
    aclDestroyTensorList(list);
    rows.tensor = columns.tensor = NULL;
    drop(&table);
    drop(&ids);
    drop(&out);
    drop(&columns);
    drop(&picked);
    drop(&places);
    drop(&rows);
    drop(&pairs);
}

static void writing(void) {
    i64 n = between(1, 30), h = between(1, 40), m = between(1, n);
    aclDataType type = any_type();
    Tensor x = random_tensor(type, ANY, DIMS(n, h), -9, 9), rows = distinct(m, n), source = random_tensor(type, ANY, DIMS(m, h), -9, 9);
    for (i64 i = 0; i < source.count; i++) {
        x.values[(i64) rows.values[i / h] * h + i % h] = source.values[i];
    }
    RUN(aclnnInplaceIndexCopy, x.tensor, 0, rows.tensor, source.tensor);
    expect(&x, 0, 0);
    Tensor column = random_tensor(rows.type, ANY, DIMS(m, 1), 0, 0), fresh = random_tensor(type, ANY, DIMS(m, h), -9, 9);
    memcpy(column.values, rows.values, (size_t) m * sizeof(double));
    upload(&column);
    for (i64 i = 0; i < fresh.count; i++) {
        x.values[(i64) rows.values[i / h] * h + i % h] = fresh.values[i];
    }
    RUN(aclnnScatterNdUpdate, x.tensor, column.tensor, fresh.tensor);
    expect(&x, 0, 0);
    if (type != ACL_INT64) {
        i64 b = between(1, 4), s = between(2, 9), e = between(1, s);
        Tensor data = random_tensor(type, ANY, DIMS(b, s, 3), -9, 9), updates = random_tensor(type, ANY, DIMS(b, e, 3), -9, 9);
        Tensor begin = some_indices(DIMS(b), s - e + 1);
        for (i64 i = 0; i < updates.count; i++) {
            data.values[(i / 3 / e * s + (i64) begin.values[i / 3 / e] + i / 3 % e) * 3 + i % 3] = updates.values[i];
        }
        RUN(aclnnInplaceScatterUpdate, data.tensor, begin.tensor, updates.tensor, 1);
        expect(&data, 0, 0);
        drop(&data);
        drop(&updates);
        drop(&begin);
    }
    drop(&x);
    drop(&rows);
    drop(&source);
    drop(&column);
    drop(&fresh);
}

/* Places that are met several times. */
static void adding(void) {
    i64 n = between(1, 12), h = between(1, 40), m = between(1, 40);
    Tensor x = random_tensor(ACL_FLOAT, ANY, DIMS(n, h), -1, 1), rows = some_indices(DIMS(m), n), source = random_tensor(ACL_FLOAT, ANY, DIMS(m, h), -1, 1);
    Tensor out = output(ACL_FLOAT, ANY, DIMS(n, h));
    aclScalar *alpha = scalar(2);
    memcpy(out.values, x.values, (size_t) x.count * sizeof(double));
    for (i64 i = 0; i < source.count; i++) {
        out.values[(i64) rows.values[i / h] * h + i % h] += 2 * source.values[i];
    }
    RUN(aclnnIndexAdd, x.tensor, 0, rows.tensor, source.tensor, alpha, out.tensor);
    expect(&out, F32, 8);
    Tensor dense = random_tensor(ACL_FLOAT, DENSE, DIMS(m, h), -1, 1), places = some_indices(DIMS(m, h), n), sum = output(ACL_FLOAT, DENSE, DIMS(n, h));
    memcpy(sum.values, x.values, (size_t) x.count * sizeof(double));
    for (i64 i = 0; i < dense.count; i++) {
        sum.values[(i64) places.values[i] * h + i % h] += dense.values[i];
    }
    RUN(aclnnScatterAdd, x.tensor, 0, places.tensor, dense.tensor, sum.tensor);
    expect(&sum, F32, 8);
    RUN(aclnnScatter, x.tensor, 0, places.tensor, dense.tensor, 1, sum.tensor);
    expect(&sum, F32, 8);
    aclTensorList *list = aclCreateTensorList((const aclTensor *const[]) {rows.tensor}, 1);
    for (i64 i = 0; i < source.count; i++) {
        x.values[(i64) rows.values[i / h] * h + i % h] += source.values[i];
    }
    RUN(aclnnIndexPutImpl, x.tensor, list, source.tensor, true, false);
    expect(&x, F32, 8);
    aclDataType type = any_float();
    Tensor grad = random_tensor(type, ANY, DIMS(m, h), -1, 1), ids = some_indices(DIMS(m), n), table = output(type, ANY, DIMS(n, h));
    i64 padding = between(-1, n - 1);
    for (i64 i = 0; i < grad.count; i++) {
        table.values[(i64) ids.values[i / h] * h + i % h] += ids.values[i / h] == (double) padding ? 0 : grad.values[i];
    }
    RUN(aclnnEmbeddingDenseBackward, grad.tensor, ids.tensor, (uint64_t) n, (uint64_t) padding, false, table.tensor);
    expect(&table, F32, 8);
    aclDestroyScalar(alpha);
    aclDestroyTensorList(list);
    rows.tensor = NULL;
    drop(&x);
    drop(&rows);
    drop(&source);
    drop(&out);
    drop(&dense);
    drop(&places);
    drop(&sum);
    drop(&grad);
    drop(&ids);
    drop(&table);
}

int main(int argc, char **argv) {
    start(argc, argv);
    for (int round = 0; round < 60; round++) {
        permuting();
        joining();
        repeating();
        reading();
        writing();
        adding();
    }
    return finished();
}
