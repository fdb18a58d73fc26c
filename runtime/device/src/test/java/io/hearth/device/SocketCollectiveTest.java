package io.hearth.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same over connections, as processes are connected; killed processes are in the tests of the worker. */
class SocketCollectiveTest extends HostCollectiveTest {
    @TempDir
    Path folders;

    @Override
    List<Collective> group(int size, Duration patience) {
        Path folder = fresh();
        List<Future<Collective>> joining = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int rank = 0; rank < size; rank++) {
                int mine = rank;
                joining.add(threads.submit(
                        () -> HostCollective.join(device, new RendezvousFolder(folder), mine, size, patience, 3)));
            }
        }
        return joining.stream().map(Future::resultNow).toList();
    }

    private Path fresh() {
        try {
            return Files.createTempDirectory(folders, "group");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void largeTensorsDoNotWaitForEachOther() throws Exception {
        // Far more than the system's buffers take, by all ranks at once.
        int elements = 3 << 20;
        Path folder = fresh();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int rank = 0; rank < 3; rank++) {
                int mine = rank;
                all.add(threads.submit(() -> {
                    Collective ranks = HostCollective.join(
                            device, new RendezvousFolder(folder), mine, 3, Duration.ofSeconds(30), 1 << 22);
                    Tensor values = device.allocate(DType.F32, elements);
                    float[] own = new float[elements];
                    Arrays.fill(own, mine + 1);
                    device.upload(MemorySegment.ofArray(own), values);
                    ranks.allReduce(values);
                    float[] sums = new float[elements];
                    device.download(values, MemorySegment.ofArray(sums));
                    for (float sum : sums) {
                        assertThat(sum).isEqualTo(6);
                    }
                    ranks.close();
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    @Test
    void whoeverDoesNotKnowTheSecretStaysOutside() throws Exception {
        Path folder = fresh();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Collective> first = threads.submit(
                    () -> HostCollective.join(device, new RendezvousFolder(folder), 0, 2, Duration.ofSeconds(30), 3));
            while (!Files.exists(folder.resolve("id"))) {
                Thread.sleep(5);
            }
            int port = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("id"))).getInt();
            try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), port)) {
                stranger.getOutputStream().write(new byte[24]);
                assertThat(stranger.getInputStream().read()).isNegative();
            }
            assertThat(first.isDone()).isFalse();
            HostCollective.join(device, new RendezvousFolder(folder), 1, 2, Duration.ofSeconds(30), 3)
                    .close();
            first.get().close();
        }
    }

    @Test
    void aRankThatDoesNotJoinIsWaitedForOnlySoLong() {
        assertThatThrownBy(() ->
                        HostCollective.join(device, new RendezvousFolder(fresh()), 0, 2, Duration.ofMillis(300), 3))
                .isInstanceOf(RankLostException.class)
                .hasMessageContaining("Rank 0 cannot join the group: it has waited 0 s");
    }
}
