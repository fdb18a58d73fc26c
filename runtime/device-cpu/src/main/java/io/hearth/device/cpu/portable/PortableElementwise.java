package io.hearth.device.cpu.portable;

import io.hearth.device.Tensor;

/** Memory, elementwise operations and dropout; row by row, every row through a float array. */
final class PortableElementwise {
    private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;

    private PortableElementwise() {}

    static void fill(Tensor x, float value) {
        Elements target = Elements.of(x);
        for (int row = 0; row < target.rows; row++) {
            for (int i = 0; i < target.cols; i++) {
                target.set(row, i, value);
            }
        }
    }

    static void copy(Tensor source, Tensor target) {
        Elements from = Elements.of(source);
        Elements to = Elements.of(target);
        float[] values = new float[from.cols];
        for (int row = 0; row < from.rows; row++) {
            if (source.type() == target.type()) {
                to.copyRow(from, row, row);
            } else {
                from.read(row, values, 0);
                to.write(row, values, 0);
            }
        }
    }

    static void add(Tensor a, Tensor b, Tensor out) {
        Elements left = Elements.of(a);
        Elements right = Elements.of(b);
        Elements sum = Elements.of(out);
        float[] values = new float[left.cols];
        float[] others = new float[left.cols];
        for (int row = 0; row < left.rows; row++) {
            left.read(row, values, 0);
            right.read(row, others, 0);
            for (int i = 0; i < values.length; i++) {
                values[i] += others[i];
            }
            sum.write(row, values, 0);
        }
    }

    static void axpy(float alpha, Tensor x, Tensor y) {
        Elements source = Elements.of(x);
        Elements target = Elements.of(y);
        float[] values = new float[source.cols];
        float[] sums = new float[source.cols];
        for (int row = 0; row < source.rows; row++) {
            source.read(row, values, 0);
            target.read(row, sums, 0);
            for (int i = 0; i < values.length; i++) {
                sums[i] = Math.fma(alpha, values[i], sums[i]);
            }
            target.write(row, sums, 0);
        }
    }

    static void scale(Tensor x, float factor) {
        Elements target = Elements.of(x);
        float[] values = new float[target.cols];
        for (int row = 0; row < target.rows; row++) {
            target.read(row, values, 0);
            for (int i = 0; i < values.length; i++) {
                values[i] *= factor;
            }
            target.write(row, values, 0);
        }
    }

    static void gatherRows(Tensor source, Tensor index, Tensor target) {
        Elements from = Elements.of(source);
        Elements at = Elements.of(index);
        Elements to = Elements.of(target);
        for (int row = 0; row < to.rows; row++) {
            to.copyRow(from, at.getInt(0, row), row);
        }
    }

    static void scatterRows(Tensor source, Tensor index, Tensor target) {
        Elements from = Elements.of(source);
        Elements at = Elements.of(index);
        Elements to = Elements.of(target);
        for (int row = 0; row < from.rows; row++) {
            to.copyRow(from, row, at.getInt(0, row));
        }
    }

    static void dropout(Tensor x, float probability, long seed, long offset, Tensor y, Tensor mask) {
        Elements source = Elements.of(x);
        Elements target = Elements.of(y);
        Elements kept = Elements.of(mask);
        float factor = 1 / (1 - probability);
        float[] values = new float[source.cols];
        float[] marks = new float[source.cols];
        for (int row = 0; row < source.rows; row++) {
            source.read(row, values, 0);
            long counter = offset + (long) row * source.cols;
            for (int i = 0; i < values.length; i++) {
                marks[i] = uniform(seed, counter + i) >= probability ? 1 : 0;
                values[i] = marks[i] == 0 ? 0 : values[i] * factor;
            }
            target.write(row, values, 0);
            kept.write(row, marks, 0);
        }
    }

    /** Number {@code counter} of the SplitMix64 sequence of {@code seed} (Steele et al. 2014), in [0, 1). */
    static float uniform(long seed, long counter) {
        long z = mix(seed) + (counter + 1) * GOLDEN_RATIO;
        return (mix(z) >>> 40) * 0x1p-24f;
    }

    private static long mix(long value) {
        long z = value;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    static void dropoutGrad(Tensor dy, float probability, Tensor mask, Tensor dx) {
        Elements gradient = Elements.of(dy);
        Elements kept = Elements.of(mask);
        Elements target = Elements.of(dx);
        float factor = 1 / (1 - probability);
        float[] values = new float[gradient.cols];
        float[] marks = new float[gradient.cols];
        for (int row = 0; row < gradient.rows; row++) {
            gradient.read(row, values, 0);
            kept.read(row, marks, 0);
            for (int i = 0; i < values.length; i++) {
                values[i] = marks[i] == 0 ? 0 : values[i] * factor;
            }
            target.write(row, values, 0);
        }
    }

    static void copyBlocks(Tensor cache, Tensor source, Tensor target) {
        Elements blocks = Elements.of(asBlocks(cache));
        Elements from = Elements.of(source);
        Elements to = Elements.of(target);
        for (int i = 0; i < from.cols; i++) {
            blocks.copyRow(blocks, from.getInt(0, i), to.getInt(0, i));
        }
    }

    private static Tensor asBlocks(Tensor cache) {
        return cache.reshape(cache.dim(0), cache.dim(1) * cache.dim(2) * cache.dim(3));
    }

    static void kvWrite(Tensor k, Tensor v, Tensor slots, Tensor kCache, Tensor vCache) {
        long width = k.dim(1) * k.dim(2);
        Tensor kRows = k.reshape(k.dim(0), width);
        Tensor vRows = v.reshape(v.dim(0), width);
        long capacity = kCache.dim(0) * kCache.dim(1);
        scatterRows(kRows, slots, kCache.reshape(capacity, width));
        scatterRows(vRows, slots, vCache.reshape(capacity, width));
    }
}
