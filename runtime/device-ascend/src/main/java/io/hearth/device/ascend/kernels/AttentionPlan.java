package io.hearth.device.ascend.kernels;

/**
 * How composed attention of one sequence is cut so that its intermediate results fit into scratch memory. Scores of a row
 * are always whole, so that its softmax is one operator; keys are taken in stretches where they do not fit together.
 *
 * @param heads key-value heads at a time
 * @param group query heads of each of them at a time
 * @param rows queries at a time
 * @param keys keys and values that are held at a time
 * @param span most keys that the rows of a tile see together
 */
record AttentionPlan(int heads, int group, int rows, int keys, int span) {
    /** Most rows of a tile: more gain nothing, and the mask of a tile is a corner of the card's constant one. */
    static final int MOST_ROWS = 256;

    /** Rows below which fewer heads at a time are the better choice. */
    private static final int FEW_ROWS = 16;

    /**
     * What attention is cut for.
     *
     * @param queries of the sequence, at least 1
     * @param context its tokens
     * @param window see {@link io.hearth.device.Kernels#attention}
     * @param keyHeads key-value heads
     * @param group query heads of each
     * @param size of a head
     * @param gradient whether the gradient is made
     * @param gathered f32 elements that one key of all heads takes on its way from a paged cache; 0 if it is not paged
     * @param slack f32 elements that gathering takes beside
     */
    record Shape(
            int queries,
            int context,
            int window,
            int keyHeads,
            int group,
            int size,
            boolean gradient,
            long gathered,
            long slack) {
        int span(int rows) {
            return window == 0 ? context : (int) Math.min(context, (long) rows + window - 1);
        }

        /** Elements for one row of one query head: its copies of D elements, and its scores and their kin. */
        long perRow(int rows) {
            return gradient ? 4L * size + 3L * span(rows) : 3L * size + 2L * span(rows);
        }

        /** Elements for one key of one head: key and value, their gradients, and a term of one of these. */
        long perKey() {
            return (gradient ? 5L : 2L) * size;
        }
    }

    /**
     * @param floats f32 elements that there is room for
     * @throws IllegalArgumentException if the scores of one row do not fit
     */
    static AttentionPlan of(Shape shape, long floats) {
        for (int heads = shape.keyHeads; heads > 0; heads = half(heads)) {
            long keys = shape.context * (heads * shape.perKey() + shape.gathered) + shape.slack;
            int rows = rows(shape, (long) heads * shape.group, floats - keys);
            boolean enough = rows >= Math.min(FEW_ROWS, shape.queries) || (heads == 1 && rows > 0);
            if (enough) {
                return new AttentionPlan(heads, shape.group, rows, shape.context, shape.span(rows));
            }
        }
        long forKeys = floats / 2 - shape.slack;
        int keys = (int) Math.min(shape.context, forKeys / (shape.perKey() + shape.gathered));
        for (int group = shape.group; keys > 0 && group > 0; group = half(group)) {
            int rows = rows(shape, group, floats / 2);
            if (rows > 0) {
                return new AttentionPlan(1, group, rows, keys, shape.span(rows));
            }
        }
        throw new IllegalArgumentException("attention to " + shape.context + " tokens needs more than the "
                + floats * Float.BYTES + " bytes of scratch memory that there are");
    }

    /** Most rows of so many heads that fit, or 0. */
    private static int rows(Shape shape, long heads, long floats) {
        for (int rows = Math.min(shape.queries, MOST_ROWS); rows > 0; rows = half(rows)) {
            if (heads * rows * shape.perRow(rows) <= floats) {
                return rows;
            }
        }
        return 0;
    }

    /** Half of a number, rounded up; 0 after 1. */
    private static int half(int number) {
        return number == 1 ? 0 : (number + 1) / 2;
    }
}
