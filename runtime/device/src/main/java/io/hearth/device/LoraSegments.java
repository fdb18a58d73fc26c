package io.hearth.device;

/**
 * Which rows of a batch belong to which adapter, for {@link Kernels#lora}. Rows are sorted by adapter; rows that use the
 * base model alone come last and are in no segment.
 *
 * @param adapter slot of each segment in the adapter pool, [S]
 * @param cuRows cumulative rows with a leading 0, [S+1]
 * @param adapterDevice {@code adapter} as i32[S]
 * @param cuRowsDevice {@code cuRows} as i32[S+1]
 */
public record LoraSegments(int[] adapter, int[] cuRows, Tensor adapterDevice, Tensor cuRowsDevice) {}
