// The element types of matrices.
#pragma once

#include <cstdint>
#include <cstring>

enum DataType : int { R_32F = 0, R_16F = 2, R_16BF = 14 };

inline size_t sizeOf(DataType type) { return type == R_32F ? 4 : 2; }

inline float floatOfBits(uint32_t bits) {
    float x;
    memcpy(&x, &bits, 4);
    return x;
}

inline uint32_t bitsOfFloat(float x) {
    uint32_t bits;
    memcpy(&bits, &x, 4);
    return bits;
}

// Elements in memory, by type. Rounding is to nearest, ties to even.
template <DataType TYPE>
struct Element;

template <>
struct Element<R_32F> {
    typedef float Stored;
    static float load(Stored x) { return x; }
    static Stored store(float x) { return x; }
};

template <>
struct Element<R_16BF> {
    typedef uint16_t Stored;
    static float load(Stored x) { return floatOfBits(static_cast<uint32_t>(x) << 16); }
    static Stored store(float x) {
        uint32_t bits = bitsOfFloat(x);
        if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fff;
        return static_cast<Stored>((bits + 0x7fffu + (bits >> 16 & 1)) >> 16);
    }
};

template <>
struct Element<R_16F> {
    typedef uint16_t Stored;
    // The exponent is moved by multiplying with 2^112, which also makes subnormal numbers right.
    static float load(Stored x) {
        uint32_t sign = (x & 0x8000u) << 16, rest = (x & 0x7fffu) << 13;
        if (rest >= 0x7c00u << 13) return floatOfBits(sign | 0x7f800000u | rest);
        return floatOfBits(bitsOfFloat(floatOfBits(rest) * 0x1p112f) | sign);
    }
    static Stored store(float x) {
        uint32_t bits = bitsOfFloat(x), sign = bits >> 16 & 0x8000u, size = bits & 0x7fffffffu;
        if (size > 0x7f800000u) return 0x7fff;
        if (size >= 0x477ff000u) return static_cast<Stored>(sign | 0x7c00u);
        if (size < 0x38800000u) {
            // Adding 0.5 leaves the rounded multiple of 2^-24 in the lowest bits.
            return static_cast<Stored>(sign | (bitsOfFloat(floatOfBits(size) + 0.5f) - 0x3f000000u));
        }
        return static_cast<Stored>(sign | ((size + 0xfffu + (size >> 13 & 1) - 0x38000000u) >> 13));
    }
};
