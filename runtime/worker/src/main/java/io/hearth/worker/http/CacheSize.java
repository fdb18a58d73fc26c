package io.hearth.worker.http;

import io.hearth.device.DType;
import io.hearth.device.DeviceInfo;
import io.hearth.engine.model.ModelConfig;
import io.hearth.engine.model.PagedRunner;
import io.hearth.worker.process.UsageException;

/**
 * How many blocks the key-value cache gets, and how long a sequence may therefore be.
 *
 * @param blocks blocks of the cache
 * @param contextLength longest sequence in tokens: what was asked for, or less if the cache is smaller
 */
public record CacheSize(int blocks, int contextLength) {
    /** Share of the free memory that the cache takes when nothing is said: steps and everything else need some, too. */
    private static final double SHARE_OF_FREE = 0.5;

    /**
     * @param contextLength longest sequence wanted
     * @param maxSequences most sequences at once: more blocks than they can fill are not taken
     * @param cacheBytes what the deployment says, or null
     * @throws UsageException if not even a short sequence fits
     */
    public static CacheSize of(
            ModelConfig config,
            DType act,
            DeviceInfo device,
            int blockSize,
            int contextLength,
            int maxSequences,
            Long cacheBytes) {
        long perBlock = PagedRunner.cacheBytesPerBlock(config, act, blockSize);
        long bytes = cacheBytes == null ? (long) (device.freeBytes() * SHARE_OF_FREE) : cacheBytes;
        long perSequence = Math.ceilDiv(contextLength, blockSize);
        // With a hundredth to spare, since the scheduler keeps that much in reserve.
        long useful = Math.ceilDiv(perSequence * maxSequences * 100, 99) + 1;
        long blocks = Math.min(Math.min(bytes / perBlock, useful), Integer.MAX_VALUE / blockSize);
        if (blocks < 1) {
            throw new UsageException("The key-value cache has " + bytes + " bytes, but " + blockSize
                    + " tokens of this model take " + perBlock + ". Raise \"cacheBytes\" or free memory.");
        }
        return new CacheSize((int) blocks, (int) Math.min(contextLength, blocks * blockSize));
    }
}
