package io.hearth.device.ascend.kernels;

/**
 * What a query sees, as attention operators want to be told. In both modes the constant mask goes along, and the last query
 * of a sequence sees its last key.
 *
 * @param mode "sparse mode": 3 causal, 4 within a band
 * @param before tokens before a query that it sees ("preTokens"); not looked at in mode 3
 * @param after tokens after a query that it sees ("nextTokens"); not looked at in mode 3
 */
record Visibility(int mode, long before, long after) {
    private static final int CAUSAL = 3;
    private static final int BAND = 4;

    /**
     * @param window see {@link io.hearth.device.Kernels#attention}
     * @param context most tokens of a sequence: a window that hides none of them is none
     */
    static Visibility of(int window, long context) {
        if (window == 0 || window >= context) {
            return new Visibility(CAUSAL, Integer.MAX_VALUE, Integer.MAX_VALUE);
        }
        return new Visibility(BAND, window - 1L, 0);
    }
}
