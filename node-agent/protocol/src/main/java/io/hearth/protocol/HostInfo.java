package io.hearth.protocol;

/**
 * What a machine is.
 *
 * @param name host name
 * @param system operating system and its version
 * @param architecture such as {@code amd64}
 * @param processor name of the processor
 * @param cores logical cores
 * @param memoryBytes physical memory
 * @param diskBytes size of the file system that holds the agent's home
 */
public record HostInfo(
        String name,
        String system,
        String architecture,
        String processor,
        int cores,
        long memoryBytes,
        long diskBytes) {}
