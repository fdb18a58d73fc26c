package io.hearth.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HostCollectiveTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    final Device device = new ArrayDevice();

    private List<Collective> group(int size) {
        return group(size, PATIENCE);
    }

    /** A group of threads of one process; with pieces of three elements, so that tensors of a few take several. */
    List<Collective> group(int size, Duration patience) {
        return HostCollective.group(Collections.nCopies(size, device), patience, 3);
    }

    /** Runs every rank in a thread of its own and waits for all. */
    private static void together(List<Collective> ranks, Consumer<Collective> work) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (Collective rank : ranks) {
                all.add(threads.submit(() -> work.accept(rank)));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    private Tensor tensor(float... values) {
        Tensor tensor = device.allocate(DType.F32, values.length);
        device.upload(MemorySegment.ofArray(values), tensor);
        return tensor;
    }

    private float[] values(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.elements())];
        device.download(tensor, MemorySegment.ofArray(values));
        return values;
    }

    @Test
    void sumsOverAllRanksInRankOrder() throws Exception {
        float[] parts = {1e8f, 1, -1e8f, 3};
        float inOrder = ((1e8f + 1) + -1e8f) + 3;
        for (int round = 0; round < 50; round++) {
            together(group(4), rank -> {
                Tensor x = tensor(parts[rank.rank()], rank.rank(), 5, 6, 7);
                rank.allReduce(x);
                assertThat(values(x)).containsExactly(inOrder, 6, 20, 24, 28);
            });
        }
    }

    @Test
    void sumsHalfPrecisionInSinglePrecision() throws Exception {
        together(group(3), rank -> {
            Tensor x = device.allocate(DType.BF16, 1);
            short part = Bfloat16.fromFloat(rank.rank() == 0 ? 256 : 1);
            device.upload(MemorySegment.ofArray(new short[] {part}), x);
            rank.allReduce(x);
            short[] sum = new short[1];
            device.download(x, MemorySegment.ofArray(sum));
            // Added up in bf16, each 1 would be lost: the step after 256 is 258.
            assertThat(Bfloat16.toFloat(sum[0])).isEqualTo(258);
        });
    }

    @Test
    void scattersAndGathersPartsInRankOrder() throws Exception {
        together(group(2), rank -> {
            int r = rank.rank();
            Tensor all = tensor(1 + r, 2, 3, 4, 50 + r, 60, 70, 80);
            Tensor part = tensor(0, 0, 0, 0);
            rank.reduceScatter(all, part);
            assertThat(values(part))
                    .containsExactly(r == 0 ? new float[] {3, 4, 6, 8} : new float[] {101, 120, 140, 160});
            rank.allGather(part, all);
            assertThat(values(all)).containsExactly(3, 4, 6, 8, 101, 120, 140, 160);
        });
    }

    @Test
    void broadcastsSendsAndReceives() throws Exception {
        together(group(3), rank -> {
            Tensor x = tensor(rank.rank(), rank.rank(), rank.rank(), 10);
            rank.broadcast(x, 2);
            assertThat(values(x)).containsExactly(2, 2, 2, 10);
            if (rank.rank() == 0) {
                rank.send(tensor(4, 5, 6, 7, 8), 1);
            } else if (rank.rank() == 1) {
                Tensor y = tensor(0, 0, 0, 0, 0);
                rank.receive(y, 0);
                assertThat(values(y)).containsExactly(4, 5, 6, 7, 8);
            }
        });
    }

    @Test
    void closingARankFailsThoseWhoWait() {
        List<Collective> ranks = group(3);
        long start = System.nanoTime();
        assertThatThrownBy(() -> together(ranks, rank -> {
                    if (rank.rank() == 1) {
                        rank.close();
                    } else if (rank.rank() == 0) {
                        rank.allReduce(tensor(1));
                    } else {
                        assertThatThrownBy(() -> rank.receive(tensor(1), 1)).isInstanceOf(RankLostException.class);
                    }
                }))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(RankLostException.class)
                .hasMessageContaining("rank 1 has left the group");
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)).isLessThan(PATIENCE.toSeconds());
        assertThatThrownBy(() -> ranks.get(1).allReduce(tensor(1))).hasMessageContaining("has left the group");
        assertThatThrownBy(() -> ranks.get(2).allReduce(tensor(1))).hasMessageContaining("rank 1 has left the group");
    }

    @Test
    void aRankThatNeverComesIsWaitedForOnlySoLong() {
        List<Collective> ranks = group(2, Duration.ofMillis(500));
        assertThatThrownBy(() -> ranks.get(0).allReduce(tensor(1)))
                .isInstanceOf(RankLostException.class)
                .hasMessageContaining("has waited");
    }

    @Test
    void ranksThatDoNotDoTheSameAreTold() {
        assertThatThrownBy(() -> together(group(2), rank -> {
                    Tensor x = rank.rank() == 0 ? tensor(1) : tensor(1, 2);
                    rank.allReduce(x);
                }))
                .cause()
                .isInstanceOf(RankLostException.class)
                .hasMessageContaining("All ranks must make the same calls");
        assertThatThrownBy(() -> together(group(2), rank -> {
                    if (rank.rank() == 0) {
                        rank.send(tensor(1), 1);
                    } else {
                        rank.receive(tensor(1, 2), 0);
                    }
                }))
                .cause()
                .hasMessageContaining("Rank 1 receives F32[2]");
    }

    @Test
    void refusesWrongArguments() {
        Collective rank = group(2).get(0);
        assertThatThrownBy(() -> rank.allReduce(device.allocate(DType.I32, 2))).hasMessageContaining("I32[2]");
        assertThatThrownBy(() -> rank.allGather(tensor(1), tensor(1))).hasMessageContaining("2 times");
        assertThatThrownBy(() -> rank.broadcast(tensor(1), 2)).hasMessageContaining("no rank 2");
        assertThatThrownBy(() -> rank.send(tensor(1), 0)).hasMessageContaining("itself");
        assertThatThrownBy(() -> rank.allReduce(device.allocate(DType.F32, 2, 4).columns(0, 2)))
                .hasMessageContaining("contiguous");
    }
}
