// Rows of bytes from one place to another: rows of a view, rows by index (gather, embedding), rows to an index (scatter).
//
// source [N, rowBytes], target [M, rowBytes], indices i32[rows] or null for the row's own number. Bound by memory: 2 rowBytes
// a row and 4 bytes an index, no arithmetic. Sixteen bytes at a time where addresses, strides and the row allow it.
#include "wide.h"

namespace {

constexpr int THREADS = 256;

template <typename Unit>
__device__ __forceinline__ void copyRow(const void* from, void* to, i64 bytes, int lane, int lanes) {
    const i64 units = bytes / static_cast<i64>(sizeof(Unit));
    for (i64 i = lane; i < units; i += lanes) static_cast<Unit*>(to)[i] = static_cast<const Unit*>(from)[i];
}

}  // namespace

// Strides and rowBytes in bytes; `lanes` threads a row. Distinct rows of the target, which does not overlap the source.
extern "C" __global__ void __launch_bounds__(THREADS, 4) copy_rows(
        const void* source, i64 sourceStride, const int* sourceIndex, void* target, i64 targetStride, const int* targetIndex,
        i64 rows, i64 rowBytes, int lanes) {
    const int lane = threadIdx.x % lanes, line = threadIdx.x / lanes, lines = blockDim.x / lanes;
    if (line >= lines) return;
    const u64 common = reinterpret_cast<u64>(source) | static_cast<u64>(sourceStride) | reinterpret_cast<u64>(target) |
            static_cast<u64>(targetStride) | static_cast<u64>(rowBytes);
    for (i64 row = static_cast<i64>(blockIdx.x) * lines + line; row < rows; row += static_cast<i64>(gridDim.x) * lines) {
        const char* from = static_cast<const char*>(source) + (sourceIndex ? sourceIndex[row] : row) * sourceStride;
        char* to = static_cast<char*>(target) + (targetIndex ? targetIndex[row] : row) * targetStride;
        if (common % 16 == 0) {
            copyRow<uint4>(from, to, rowBytes, lane, lanes);
        } else if (common % 4 == 0) {
            copyRow<u32>(from, to, rowBytes, lane, lanes);
        } else {
            copyRow<unsigned short>(from, to, rowBytes, lane, lanes);
        }
    }
}
HEARTH_EXPORT(copy_rows)
