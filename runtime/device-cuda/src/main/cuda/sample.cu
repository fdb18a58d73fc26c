// Drawing one token for each row of logits, after row_peaks_f32 of sampling.cu.
//
// Shapes: logits f32[B, V]; temperature, topP, minP, uniform, logprob f32[B]; topK, token i32[B]; peaks of P parts of each row.
//
// What is asked for are elements at places of the falling order: the one of rank topK, the one where the sum of weights
// reaches topP, the one where it passes the uniform number. They are selected, not sorted for: a histogram over the distance
// from the likeliest says in which bin such a place lies, and only the elements of that bin, or of all bins before it as well,
// are put in order. A bin that has too many is divided again by the bits of its values, and equal values by their indices, so
// that any row is served. Weights are whole numbers, 2^42 for the likeliest: their sums do not depend on the order in which
// threads add them up, and what sums say fits together exactly. Elements of less than half of 2^-42 do not count.
//
// Cost: greedy rows read P numbers. Others read the row twice in most cases, from the second-level cache: 8 V bytes, about 12
// operations and one exponential an element in the first pass, 5 in the second; at worst 15 passes. Bound by latency and
// by one multiprocessor's share of the second-level cache for small B.
#include "order.h"

namespace {

constexpr int THREADS = 1024;
constexpr int BINS = 2048;

// Elements that are put in order at once: one for each thread.
constexpr int LISTED = THREADS;

// Binary digits of a weight behind the point.
constexpr int WEIGHT_BITS = 42;

// Distances, in units of the temperature, that the histogram covers at first: almost all draws fall there, and most elements
// of a vocabulary lie beyond and are only added up.
constexpr float NEAR = 8.0f;

// Beyond this distance weights are zero: they are rounded to it a little before.
constexpr float FAR = (WEIGHT_BITS + 1.01f) / LOG2_E;

// Number and weight of some elements.
struct Mass {
    int count;
    u64 weight;
};

// A place in the falling order: the element with so many elements, or so much weight, before it.
struct Place {
    bool byCount;
    u64 value;
    __device__ __forceinline__ bool before(Mass upTo) const {
        return value < (byCount ? static_cast<u64>(upTo.count) : upTo.weight);
    }
    __device__ __forceinline__ Place behind(Mass skipped) const {
        return {byCount, value - (byCount ? static_cast<u64>(skipped.count) : skipped.weight)};
    }
};

// An element: its index, and the weight of those before it and its own.
struct Found {
    int index;
    u64 upTo;
};

// Which elements are being divided into bins, and how. Level 0 has all of them and bins by distance. The others have the
// elements of one bin of level 0 whose highest bits are `prefix`, and bins by the next bits.
struct Level {
    int number, bin;
    u32 prefix;
    __device__ __forceinline__ int shift() const { return number == 1 ? 21 : number == 2 ? 10 : 0; }
    __device__ __forceinline__ int end() const { return number == 1 ? 32 : number == 2 ? 21 : 10; }
    __device__ __forceinline__ Level within(int chosen) const {
        if (number == 0) return {1, chosen, 0};
        return {number + 1, bin, static_cast<u32>(prefix << (end() - shift()) | chosen)};
    }
};

// The elements that were put in order last: their number, what is before them, and the bins of level 0 that they fill.
struct List {
    int from, to, count;
    Mass before;
};

struct Shared {
    u32 count[BINS], low[BINS], high[BINS];  // the halves of weights; sums over this bin and those before it in the end
    u64 keys[LISTED], upTo[LISTED];
    u64 prefix[32];
    u64 tailWeight, keptWeight;
    int counts[32];
    List list;
    int tailCount, gathered, index;
};

template <typename V>
__device__ __forceinline__ V warpTotal(V x) {
#pragma unroll
    for (int lanes = 16; lanes > 0; lanes >>= 1) x += __shfl_xor_sync(HEARTH_FULL_WARP, x, lanes);
    return x;
}

struct Row {
    const float* logits;
    i64 width;
    float top, heat, inverse, limit, scale, reach;
    Shared& shared;
    bool counted = false;  // the bins are those of level 0

    __device__ __forceinline__ Row(const float* row, i64 width, float top, float temperature, float minP, Shared& shared)
        : logits(row), width(width), top(top), shared(shared) {
        heat = fmaxf(temperature, 1e-30f);  // far below what makes a difference, and the quotient stays finite
        inverse = LOG2_E / heat;
        reach = fmaxf(0.0f, -heat * logf(minP));
        cover(NEAR * heat);
    }

    __device__ __forceinline__ void cover(float distance) {
        limit = distance;
        scale = BINS / distance;
        counted = false;
    }

    __device__ __forceinline__ float weight(float distance) const {
        const float weight = ptx::exp2Fast(-distance * inverse) * (1ll << WEIGHT_BITS) + 0.5f;
        return distance >= 0.0f ? weight : 0.0f;  // and not for what is no number
    }

    // The element's bin, -1 if it is not divided at this level.
    __device__ __forceinline__ int bin(const Level& level, float x) const {
        const float distance = top - x;
        if (!(distance < limit)) return -1;
        const float place = distance * scale;
        const int bin = place < BINS - 1 ? static_cast<int>(place) : BINS - 1;
        if (level.number == 0) return bin;
        const u64 bits = falling(x);
        if (bin != level.bin || bits >> level.end() != level.prefix) return -1;
        return static_cast<int>(bits >> level.shift()) & ((1 << (level.end() - level.shift())) - 1);
    }

    __device__ __forceinline__ Mass upTo(int bin) const {
        if (bin < 0) return {0, 0};
        return {static_cast<int>(shared.count[bin]), static_cast<u64>(shared.high[bin]) << 32 | shared.low[bin]};
    }

    // All elements, after the first level was counted.
    __device__ __forceinline__ Mass all() const {
        const Mass near = upTo(BINS - 1);
        return {near.count + shared.tailCount, near.weight + shared.tailWeight};
    }

    // Fills the bins, and adds up what is beyond them and what minP leaves.
    __device__ __forceinline__ void count(const Level& level) {
        __syncthreads();
        for (int i = threadIdx.x; i < BINS; i += THREADS) shared.count[i] = shared.low[i] = shared.high[i] = 0;
        if (threadIdx.x == 0) {
            shared.tailWeight = shared.keptWeight = shared.tailCount = 0;
            shared.list.to = -1;
        }
        __syncthreads();
        int beyond = 0;
        u64 beyondWeight = 0, reached = 0;
        readRow<1>(logits, width, [&](const auto& x, i64) {
            for (float value : x) {
                const float distance = top - value;
                const u64 weight = static_cast<u64>(this->weight(distance));
                const int bin = this->bin(level, value);
                if (distance <= reach) reached += weight;
                if (bin < 0) {
                    beyond += weight > 0;
                    beyondWeight += weight;
                } else {
                    add(bin, weight);
                }
            }
        });
        beyond = warpTotal(beyond);
        beyondWeight = warpTotal(beyondWeight);
        reached = warpTotal(reached);
        if (threadIdx.x % 32 == 0) {
            atomicAdd(&shared.tailCount, beyond);
            atomicAdd(&shared.tailWeight, beyondWeight);
            atomicAdd(&shared.keptWeight, reached);
        }
        __syncthreads();
        sumUp();
        counted = true;
    }

    __device__ __forceinline__ void add(int bin, u64 weight) {
        const u32 low = static_cast<u32>(weight), old = atomicAdd(&shared.low[bin], low);
        const u32 high = static_cast<u32>(weight >> 32) + (old + low < old ? 1 : 0);
        if (high != 0) atomicAdd(&shared.high[bin], high);
        atomicAdd(&shared.count[bin], 1u);
    }

    __device__ __forceinline__ void sumUp() {
        constexpr int EACH = BINS / THREADS;
        const int first = threadIdx.x * EACH;
        Mass sum = {0, 0};
        for (int bin = first; bin < first + EACH; bin++) {
            const Mass own = upTo(bin);
            sum = {sum.count + own.count, sum.weight + own.weight};
        }
        Mass before = {blockPrefix(sum.count, shared.counts) - sum.count, blockPrefix(sum.weight, shared.prefix) - sum.weight};
        for (int bin = first; bin < first + EACH; bin++) {
            const Mass own = upTo(bin);
            before = {before.count + own.count, before.weight + own.weight};
            shared.count[bin] = before.count;
            shared.low[bin] = static_cast<u32>(before.weight);
            shared.high[bin] = static_cast<u32>(before.weight >> 32);
        }
        __syncthreads();
    }

    // The bin in which a place lies: the first whose sum is beyond it.
    __device__ __forceinline__ int locate(const Place& place) const {
        int bin = 0;
        for (int step = BINS / 2; step > 0; step /= 2)
            if (!place.before(upTo(bin + step - 1))) bin += step;
        return bin;
    }

    // Puts the elements of some bins of a level in order; their number is known to be at most LISTED.
    __device__ __forceinline__ void list(const Level& level, int first, int last) {
        const Mass before = upTo(first - 1);
        const int count = upTo(last).count - before.count;
        __syncthreads();
        if (threadIdx.x == 0) {
            shared.gathered = 0;
            shared.list = {first, level.number == 0 ? last : -1, count, before};
        }
        shared.keys[threadIdx.x] = ~0ull;
        __syncthreads();
        readRow<2>(logits, width, [&](const auto& x, i64 i) {
            for (int j = 0; j < static_cast<int>(sizeof x / 4); j++) {
                const int bin = this->bin(level, x[j]);
                if (bin < first || bin > last) continue;
                const int at = atomicAdd(&shared.gathered, 1);
                if (at < LISTED) shared.keys[at] = keyOf(x[j], i + j);
            }
        });
        sortRising(shared.keys, sortable(count));
        shared.upTo[threadIdx.x] = blockPrefix(threadIdx.x < count ? weightOf(shared.keys[threadIdx.x]) : 0, shared.prefix);
        __syncthreads();
    }

    __device__ __forceinline__ u64 weightOf(u64 key) const {
        return static_cast<u64>(weight(top - valueOf(static_cast<u32>(key >> 32))));
    }

    // The listed element at a place; `base` is what is before the list's level.
    __device__ __forceinline__ Found inList(const Place& place, Mass base) const {
        base = {base.count + shared.list.before.count, base.weight + shared.list.before.weight};
        const Place within = place.behind(base);
        int at = 0;
        for (int step = LISTED / 2; step > 0; step /= 2)
            if (!within.before({at + step, shared.upTo[at + step - 1]})) at += step;
        at = min(at, shared.list.count - 1);
        return {indexOf(shared.keys[at]), base.weight + shared.upTo[at]};
    }

    // The element at a place, which is before the end of all(). The bins are those of level 0.
    __device__ __forceinline__ Found find(const Place& place) {
        Level level = {0, 0, 0};
        Mass base = {0, 0};
        if (!place.before(upTo(BINS - 1)) && limit < FAR * heat) cover(FAR * heat);
        for (;;) {
            if (!counted) count(level);
            const int bin = locate(place.behind(base));
            const Mass before = upTo(bin - 1), own = upTo(bin);
            if (level.number == 0 && shared.list.from <= bin && bin <= shared.list.to) return inList(place, base);
            const bool prefix = level.number == 0 && own.count <= LISTED;
            if (prefix || own.count - before.count <= LISTED) {
                list(level, prefix ? 0 : bin, bin);
                counted = level.number == 0;
                return inList(place, base);
            }
            base = {base.count + before.count, base.weight + before.weight};
            counted = false;
            if (level.number == 3) {
                return amongEquals(place.behind(base), base, level.prefix << 10 | bin, own.count - before.count);
            }
            level = level.within(bin);
        }
    }

    // The element at a place among `equals` of the same bits, by index.
    __device__ __forceinline__ Found amongEquals(const Place& place, Mass base, u32 bits, int equals) {
        const u64 weight = weightOf(static_cast<u64>(bits) << 32);
        const u64 rank = place.byCount ? place.value : weight > 0 ? place.value / weight : 0;
        const int at = rank < equals ? static_cast<int>(rank) : equals - 1;
        return {indexAmong(bits, at), base.weight + (at + 1) * weight};
    }

    // Index of the element with `rank` elements of the same bits before it. Each warp looks at a stretch of the row.
    __device__ __forceinline__ int indexAmong(u32 bits, int rank) {
        const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
        const i64 stretch = (width + THREADS - 1) / THREADS * 32, begin = warp * stretch;
        const i64 end = begin + stretch < width ? begin + stretch : width;
        int count = 0;
        for (i64 i = begin; i < end; i += 32)
            count += __popc(__ballot_sync(HEARTH_FULL_WARP, i + lane < end && falling(logits[i + lane]) == bits));
        int before = blockPrefix(lane == 0 ? count : 0, shared.counts) - (lane == 0 ? count : 0);
        before = __shfl_sync(HEARTH_FULL_WARP, before, 0);
        if (before <= rank && rank < before + count) {
            for (i64 i = begin; i < end; i += 32) {
                const bool equal = i + lane < end && falling(logits[i + lane]) == bits;
                const u32 found = __ballot_sync(HEARTH_FULL_WARP, equal);
                if (equal && before + __popc(found & ((1u << lane) - 1)) == rank) shared.index = static_cast<int>(i + lane);
                before += __popc(found);
            }
        }
        __syncthreads();
        return shared.index;
    }
};

// The part of a whole that a probability in [0, 1] makes, rounded up or down.
__device__ __forceinline__ u64 share(float probability, u64 whole, bool up) {
    const double product = probability > 0.0f ? static_cast<double>(probability) * static_cast<double>(whole) : 0.0;
    const u64 down = static_cast<u64>(product < static_cast<double>(whole) ? product : static_cast<double>(whole));
    return up && static_cast<double>(down) < product ? down + 1 : down;
}

// What is kept of the row shrinks step by step: the best topK, of these the best with a share topP of the weight, and what
// minP leaves. Then the token is drawn.
__device__ __forceinline__ int draw(Row& row, int likeliest, int topK, float topP, bool minP, float uniform) {
    u64 kept = 0, reached = 0;
    int all = 0;
#pragma unroll 1
    for (int step = 0; step < 3; step++) {
        if (!row.counted) row.count({0, 0, 0});
        Place place = {false, 0};
        if (step == 0) {
            kept = row.all().weight;
            all = row.all().count;
            reached = row.shared.keptWeight;
            if (kept == 0) return likeliest;
            if (topK <= 0 || topK >= all) continue;
            place = {true, static_cast<u64>(topK - 1)};
        } else if (step == 1) {
            if (!(topP < 1.0f)) continue;
            const u64 wanted = share(topP, kept, true);
            place.value = wanted > 0 ? wanted - 1 : 0;
        } else {
            if (minP && reached < kept) kept = reached;
            const u64 passed = share(uniform, kept, false);
            place.value = passed < kept ? passed : kept - 1;
        }
        const Found found = row.find(place);
        if (step == 2) return found.index;
        kept = found.upTo;
    }
    return likeliest;
}

}  // namespace

// One block for each row.
extern "C" __global__ void __launch_bounds__(THREADS) sample(
    const float* logits, i64 width, const float* temperature, const int* topK, const float* topP, const float* minP,
    const float* uniform, const float* tops, const int* ats, const float* sums, int parts, int* token, float* logprob) {
    __shared__ Shared shared;
    const i64 b = blockIdx.x;
    const float* row = logits + b * width;
    const Peak peak = peakOfParts(tops + b * parts, ats + b * parts, sums + b * parts, parts);
    int chosen = peak.index();
    if (temperature[b] > 0.0f) {
        Row candidates(row, width, peak.top, temperature[b], minP[b], shared);
        chosen = draw(candidates, chosen, topK[b], topP[b], minP[b] > 0.0f, uniform[b]);
    }
    if (threadIdx.x != 0) return;
    token[b] = chosen;
    logprob[b] = row[chosen] - peak.top - logf(peak.sum);
}
HEARTH_EXPORT(sample)
