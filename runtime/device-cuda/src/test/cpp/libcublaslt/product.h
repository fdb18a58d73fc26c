// A matrix product on the host.
#pragma once

#include "numbers.h"

// A matrix in columns: element (i, j) is at j * stride + i.
struct Matrix {
    const void* data;
    DataType type;
    int64_t stride;
};

// out = alpha op(a) op(b) + beta c, then bias[i] added to row i; sums in f32 in the order of k.
struct Product {
    int64_t m, n, k;
    Matrix a, b, c;
    bool transposeA, transposeB;
    float alpha, beta;
    const void* bias;  // of out's type, or null
    void* out;         // of c's type
    int64_t strideOut;
};

void multiply(const Product& product);
