// The instructions of ptx.h in plain C++, with the layouts of registers that the PTX ISA gives.
#pragma once

#include "checker.h"

namespace ptx {

// ---- Conversions: to nearest, ties to even ------------------------------------------------------------------------------

inline float floatOfHalf(unsigned short bits) {
    unsigned sign = (bits & 0x8000u) << 16, exponent = bits >> 10 & 31, mantissa = bits & 0x3ffu;
    if (exponent == 31) return __uint_as_float(sign | 0x7f800000u | mantissa << 13);
    if (exponent != 0) return __uint_as_float(sign | (exponent + 112) << 23 | mantissa << 13);
    float small = static_cast<float>(mantissa) * 0x1p-24f;
    return sign != 0 ? -small : small;
}

inline unsigned short halfOfFloat(float x) {
    unsigned bits = __float_as_uint(x), sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) return 0x7fff;
    if (magnitude >= 0x477ff000u) return static_cast<unsigned short>(sign | 0x7c00u);
    if (magnitude < 0x38800000u) {
        // Below the smallest normal number: adding 0.5 leaves the rounded result in the lowest bits.
        unsigned rounded = __float_as_uint(__uint_as_float(magnitude) + 0.5f) - 0x3f000000u;
        return static_cast<unsigned short>(sign | rounded);
    }
    unsigned rounded = magnitude + 0xfffu + (magnitude >> 13 & 1);
    return static_cast<unsigned short>(sign | (rounded - 0x38000000u) >> 13);
}

inline unsigned short bfloatOfFloat(float x) {
    unsigned bits = __float_as_uint(x);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fff;
    return static_cast<unsigned short>((bits + 0x7fffu + (bits >> 16 & 1)) >> 16);
}

inline unsigned packBf16(float low, float high) {
    return bfloatOfFloat(low) | static_cast<unsigned>(bfloatOfFloat(high)) << 16;
}

inline unsigned packF16(float low, float high) {
    return halfOfFloat(low) | static_cast<unsigned>(halfOfFloat(high)) << 16;
}

// Subnormal inputs and results are zero, as with .ftz.
inline float exp2Fast(float x) {
    float y = exp2f(x);
    return y < 0x1p-126f ? 0.0f : y;
}

// ---- Matrix instructions ------------------------------------------------------------------------------------------------

struct MmaOperands {
    float* d;
    const unsigned *a, *b;
};

inline float floatOfBfloat(unsigned short bits) { return __uint_as_float(static_cast<unsigned>(bits) << 16); }

// mma.m16n8k16 for all lanes. Register r of a lane holds two neighbours in a row of A, or in a column of B.
template <float (*toFloat)(unsigned short)>
__attribute__((no_sanitize("thread"))) inline void mma(void* const* operands, unsigned) {
    float a[16][16], b[16][8];
    for (int lane = 0; lane < 32; lane++) {
        const auto* mine = static_cast<const MmaOperands*>(operands[lane]);
        int group = lane / 4, pair = lane % 4 * 2;
        for (int half = 0; half < 2; half++) {
            int shift = 16 * half;
            for (int r = 0; r < 4; r++) {
                a[group + r % 2 * 8][pair + r / 2 * 8 + half] =
                    toFloat(static_cast<unsigned short>(mine->a[r] >> shift));
            }
            for (int r = 0; r < 2; r++) {
                b[pair + r * 8 + half][group] = toFloat(static_cast<unsigned short>(mine->b[r] >> shift));
            }
        }
    }
    float products[16][8] = {};
    for (int k = 0; k < 16; k++) {
        for (int row = 0; row < 16; row++) {
            for (int column = 0; column < 8; column++) products[row][column] += a[row][k] * b[k][column];
        }
    }
    for (int lane = 0; lane < 32; lane++) {
        float* d = static_cast<const MmaOperands*>(operands[lane])->d;
        for (int r = 0; r < 4; r++) d[r] += products[lane / 4 + r / 2 * 8][lane % 4 * 2 + r % 2];
    }
}

inline void mmaBf16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
    MmaOperands mine{d, a, b};
    emulator::together(0xffffffffu, "mma.sync", HEARTH_HERE, &mine, mma<floatOfBfloat>);
}

inline void mmaF16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
    MmaOperands mine{d, a, b};
    emulator::together(0xffffffffu, "mma.sync", HEARTH_HERE, &mine, mma<floatOfHalf>);
}

struct MatricesOperands {
    unsigned* r;
    const unsigned short* row;
};

template <bool TRANSPOSED>
__attribute__((no_sanitize("thread"))) inline void matrices(void* const* operands, unsigned) {
    unsigned results[32][4];
    for (int lane = 0; lane < 32; lane++) {
        emulator::readByWarp(static_cast<const MatricesOperands*>(operands[lane])->row, 16);
    }
    for (int lane = 0; lane < 32; lane++) {
        for (int m = 0; m < 4; m++) {
            unsigned short halves[2];
            for (int half = 0; half < 2; half++) {
                int row = TRANSPOSED ? lane % 4 * 2 + half : lane / 4;
                int column = TRANSPOSED ? lane / 4 : lane % 4 * 2 + half;
                halves[half] = static_cast<const MatricesOperands*>(operands[m * 8 + row])->row[column];
            }
            results[lane][m] = halves[0] | static_cast<unsigned>(halves[1]) << 16;
        }
    }
    for (int lane = 0; lane < 32; lane++) {
        std::memcpy(static_cast<MatricesOperands*>(operands[lane])->r, results[lane], sizeof results[lane]);
    }
}

inline void requireShared(const void* address, const char* instruction) {
    if (reinterpret_cast<uintptr_t>(address) % 16 != 0) {
        emulator::fail(HEARTH_HERE, "%s: the address %p is not a multiple of 16", instruction, address);
    }
    if (!emulator::isShared(address, 16)) {
        emulator::fail(HEARTH_HERE, "%s: the address %p is not in the block's shared memory", instruction, address);
    }
}

inline void loadMatrices(unsigned (&r)[4], const void* shared) {
    requireShared(shared, "ldmatrix");
    MatricesOperands mine{r, static_cast<const unsigned short*>(shared)};
    emulator::together(0xffffffffu, "ldmatrix", HEARTH_HERE, &mine, matrices<false>);
}

inline void loadMatricesTransposed(unsigned (&r)[4], const void* shared) {
    requireShared(shared, "ldmatrix.trans");
    MatricesOperands mine{r, static_cast<const unsigned short*>(shared)};
    emulator::together(0xffffffffu, "ldmatrix.trans", HEARTH_HERE, &mine, matrices<true>);
}

// ---- Asynchronous copies: they happen in the wait that makes them sure, and not before ----------------------------------

inline void copyAsync16(void* shared, const void* global, bool present) {
    requireShared(shared, "cp.async");
    emulator::copyAsync(shared, global, 16, present, HEARTH_HERE);
}

inline void copyAsyncCommit() { emulator::copyAsyncCommit(); }

template <int PENDING>
inline void copyAsyncWait() {
    emulator::copyAsyncWait(PENDING);
}

inline uint4 loadStreaming(const void* global) {
    if (reinterpret_cast<uintptr_t>(global) % 16 != 0) {
        emulator::fail(HEARTH_HERE, "ld.global.v4: the address %p is not a multiple of 16", global);
    }
    return *static_cast<const uint4*>(global);
}

}  // namespace ptx
