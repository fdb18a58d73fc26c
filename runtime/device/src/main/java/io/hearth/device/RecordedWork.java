package io.hearth.device;

/**
 * Kernels that were {@linkplain Device#record recorded} and can be queued again as often as wanted, with the same bits as
 * if the calls were made again one by one.
 *
 * <p>A recording freezes everything that the host passed: addresses, shapes, and scalars. So it holds only as long as
 * <ul>
 *   <li>every tensor that took part is where it was: no buffer of it was closed;
 *   <li>what changes from one replay to the next stands in device tensors, uploaded before the replay: token ids,
 *       positions, slots, block tables, and the device copies of lengths, segments and offsets;
 *   <li>host lengths were upper bounds. Devices that record use {@link SeqLens} on the host for the size of grids alone:
 *       {@code maxQ} and {@code maxKv} must be the largest of any replay, the numbers of tokens and sequences are the
 *       recorded ones. Of {@link LoraSegments} they use the number of segments and of rows alone, so that a replay may
 *       divide all rows among the segments as it likes, and leave segments empty.
 * </ul>
 *
 * <p>Used by the thread that uses the device, and closed before the device.
 */
public interface RecordedWork extends AutoCloseable {
    /** Queues the work on the device's stream and returns without waiting for it. */
    void replay();

    /** Gives back what the recording holds. A replay that is queued already is not disturbed. */
    @Override
    void close();
}
