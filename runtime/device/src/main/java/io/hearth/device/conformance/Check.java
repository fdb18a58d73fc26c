package io.hearth.device.conformance;

/**
 * One property of one kernel.
 *
 * @param kernel method of {@link io.hearth.device.Kernels}
 * @param name what is looked at
 * @param body makes the inputs, calls the kernel and compares
 */
record Check(String kernel, String name, Body body) {
    @FunctionalInterface
    interface Body {
        void run(Trial trial);
    }
}
