package io.hearth.agent.telemetry;

import io.hearth.protocol.HostInfo;
import io.hearth.protocol.HostSample;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.GlobalMemory;
import oshi.hardware.HWDiskStore;
import oshi.hardware.NetworkIF;
import oshi.hardware.Sensors;

/** The machine. Rates are those since the sample before; there are none in the first one. Not for several threads. */
final class HostProbe {
    private static final int RESCAN = 60;

    /** What lies on other disks would be counted twice. */
    private static final Pattern VIRTUAL = Pattern.compile("(/dev/)?(dm-|loop|md|ram|zram).*");

    private final Path home;
    private final Clock clock;
    private final LongSupplier blobBytes;
    private final SystemInfo system = new SystemInfo();
    private final CentralProcessor processor = system.getHardware().getProcessor();
    private final GlobalMemory memory = system.getHardware().getMemory();
    private final Sensors sensors = system.getHardware().getSensors();
    private final Rate diskRead = new Rate();
    private final Rate diskWrite = new Rate();
    private final Rate received = new Rate();
    private final Rate sent = new Rate();
    private List<HWDiskStore> disks = List.of();
    private List<NetworkIF> interfaces = List.of();
    private long[] ticks = processor.getSystemCpuLoadTicks();
    private int samples;

    HostProbe(Path home, Clock clock, LongSupplier blobBytes) {
        this.home = home;
        this.clock = clock;
        this.blobBytes = blobBytes;
    }

    HostInfo info(String name) throws IOException {
        return new HostInfo(
                name,
                system.getOperatingSystem().toString(),
                System.getProperty("os.arch"),
                processor.getProcessorIdentifier().getName(),
                processor.getLogicalProcessorCount(),
                memory.getTotal(),
                Files.getFileStore(home).getTotalSpace());
    }

    HostSample sample() throws IOException {
        if (samples++ % RESCAN == 0) {
            disks = system.getHardware().getDiskStores().stream()
                    .filter(disk -> !VIRTUAL.matcher(disk.getName()).matches())
                    .toList();
            interfaces = system.getHardware().getNetworkIFs();
        } else {
            disks.forEach(HWDiskStore::updateAttributes);
            interfaces.forEach(NetworkIF::updateAttributes);
        }
        long nanos = System.nanoTime();
        double load = processor.getSystemCpuLoadBetweenTicks(ticks);
        ticks = processor.getSystemCpuLoadTicks();
        double average = processor.getSystemLoadAverage(1)[0];
        FileStore disk = Files.getFileStore(home);
        double temperature = sensors.getCpuTemperature();
        return new HostSample(
                clock.millis(),
                Double.isFinite(load) ? Math.clamp(load, 0, 1) : 0,
                average < 0 ? null : average,
                memory.getTotal() - memory.getAvailable(),
                memory.getTotal(),
                disk.getTotalSpace() - disk.getUnallocatedSpace(),
                disk.getTotalSpace(),
                diskRead.next(
                        disks.stream().mapToLong(HWDiskStore::getReadBytes).sum(), nanos),
                diskWrite.next(
                        disks.stream().mapToLong(HWDiskStore::getWriteBytes).sum(), nanos),
                received.next(
                        interfaces.stream().mapToLong(NetworkIF::getBytesRecv).sum(), nanos),
                sent.next(interfaces.stream().mapToLong(NetworkIF::getBytesSent).sum(), nanos),
                temperature > 0 ? temperature : null,
                blobBytes.getAsLong());
    }

    /** Turns a counter into a rate. */
    static final class Rate {
        private long before = -1;
        private long at;

        /** Units per second since the last call; null for the first, or if the counter began anew. */
        Double next(long counter, long nanos) {
            Double rate =
                    before < 0 || counter < before || nanos <= at ? null : (counter - before) * 1e9 / (nanos - at);
            before = counter;
            at = nanos;
            return rate;
        }
    }
}
