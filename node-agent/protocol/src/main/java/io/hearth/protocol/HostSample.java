package io.hearth.protocol;

/**
 * The machine in one second. Null where the kernel does not tell.
 *
 * @param time milliseconds since 1970
 * @param cpuUtilisation 0 to 1 over all cores
 * @param load load average of the last minute
 * @param memoryUsedBytes memory that is not available to new programs
 * @param memoryTotalBytes physical memory
 * @param diskUsedBytes used on the file system of the agent's home
 * @param diskTotalBytes its size
 * @param diskReadBytesPerSecond over all disks
 * @param diskWriteBytesPerSecond over all disks
 * @param networkReceivedBytesPerSecond over all interfaces but loopback
 * @param networkSentBytesPerSecond over all interfaces but loopback
 * @param temperatureCelsius of the processor
 * @param blobBytes bytes of blobs kept by the agent
 */
public record HostSample(
        long time,
        double cpuUtilisation,
        Double load,
        long memoryUsedBytes,
        long memoryTotalBytes,
        long diskUsedBytes,
        long diskTotalBytes,
        Double diskReadBytesPerSecond,
        Double diskWriteBytesPerSecond,
        Double networkReceivedBytesPerSecond,
        Double networkSentBytesPerSecond,
        Double temperatureCelsius,
        long blobBytes) {}
