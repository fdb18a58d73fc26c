package io.hearth.engine.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SchedulerTest {
    private long arrivals;

    @Test
    void decodesFirstAndFillsTheBudgetWithPrompts() {
        Scheduler scheduler = new Scheduler(new BlockManager(100, 4), 8, 10);
        Sequence decoding = sequence(3, -1);
        scheduler.add(decoding);
        run(scheduler);

        Sequence longPrompt = sequence(25, -1);
        Sequence shortPrompt = sequence(2, -1);
        scheduler.add(longPrompt);
        scheduler.add(shortPrompt);

        assertThat(run(scheduler)).containsExactly(new Part(decoding, 1), new Part(longPrompt, 9));
        assertThat(run(scheduler)).containsExactly(new Part(decoding, 1), new Part(longPrompt, 9));
        assertThat(run(scheduler))
                .containsExactly(new Part(decoding, 1), new Part(longPrompt, 7), new Part(shortPrompt, 2));
        assertThat(run(scheduler))
                .containsExactly(new Part(decoding, 1), new Part(longPrompt, 1), new Part(shortPrompt, 1));
    }

    @Test
    void putsSequencesOfOneAdapterTogetherAndTheBaseLast() {
        Scheduler scheduler = new Scheduler(new BlockManager(100, 4), 8, 100);
        int[] adapters = {-1, 2, 0, -1, 2, 0};
        for (int adapter : adapters) {
            scheduler.add(sequence(3, adapter));
        }

        assertThat(scheduler.schedule())
                .extracting(chunk -> chunk.sequence().adapter())
                .containsExactly(0, 0, 2, 2, -1, -1);
    }

    @Test
    void preemptsTheYoungestAndLetsItComeBackInOrder() {
        // Three sequences of eight tokens fill six blocks of four; the next token of each needs one more.
        BlockManager blocks = new BlockManager(6, 4);
        Scheduler scheduler = new Scheduler(blocks, 8, 100);
        Sequence a = sequence(7, -1);
        Sequence b = sequence(7, -1);
        scheduler.add(a);
        scheduler.add(b);
        run(scheduler);
        Sequence c = sequence(7, -1);
        scheduler.add(c);
        // One block of a hundredth is kept in reserve, so that c has to wait until there are three.
        assertThat(run(scheduler)).containsExactly(new Part(a, 1), new Part(b, 1));
        run(scheduler);
        assertThat(blocks.blocksInUse()).isEqualTo(6);
        for (int i = 0; i < 3; i++) {
            run(scheduler);
        }
        assertThat(a.length()).isEqualTo(13);

        assertThat(run(scheduler)).containsExactly(new Part(a, 1));
        assertThat(scheduler.preemptions()).isEqualTo(1);
        assertThat(b.cached()).isZero();
        assertThat(b.generated()).isEqualTo(6);

        scheduler.remove(a);
        assertThat(run(scheduler)).containsExactly(new Part(b, 13));
    }

    @Test
    void aRemovedSequenceFreesItsBlocksAtOnce() {
        BlockManager blocks = new BlockManager(20, 4);
        Scheduler scheduler = new Scheduler(blocks, 8, 8);
        Sequence running = sequence(30, -1);
        Sequence waiting = sequence(70, -1);
        scheduler.add(running);
        scheduler.add(waiting);
        run(scheduler);
        assertThat(blocks.blocksInUse()).isEqualTo(8);

        scheduler.remove(running);
        assertThat(blocks.blocksInUse()).isZero();
        scheduler.remove(running);
        scheduler.remove(waiting);
        assertThat(scheduler.isIdle()).isTrue();
        assertThat(scheduler.schedule()).isEmpty();
    }

    /** Random requests, endings and cancellations against a small cache. */
    @Test
    void keepsItsPromisesInRandomTraffic() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 40; round++) {
            simulate(random, "seed " + seed + ", round " + round);
        }
    }

    private void simulate(Random random, String where) {
        int blockSize = 1 + random.nextInt(8);
        int longest = 20 + random.nextInt(60);
        int blockCount = Math.ceilDiv(longest, blockSize) + random.nextInt(30);
        int maxSequences = 1 + random.nextInt(8);
        int maxTokens = maxSequences + random.nextInt(30);
        BlockManager blocks = new BlockManager(blockCount, blockSize);
        Scheduler scheduler = new Scheduler(blocks, maxSequences, maxTokens);
        List<Sequence> alive = new ArrayList<>();
        List<Integer> targets = new ArrayList<>();
        Set<Sequence> started = new HashSet<>();
        int toCome = 60;
        long newestStarted = -1;
        for (int step = 0; toCome > 0 || !alive.isEmpty(); step++) {
            assertThat(step).as("%s: every request ends", where).isLessThan(60 * 100 * 4);
            while (toCome > 0 && random.nextInt(3) == 0) {
                int prompt = 1 + random.nextInt(longest - 1);
                Sequence sequence = sequence(prompt, random.nextInt(3) - 1);
                alive.add(sequence);
                targets.add(prompt + 1 + random.nextInt(longest - prompt));
                scheduler.add(sequence);
                toCome--;
            }
            if (!alive.isEmpty() && random.nextInt(20) == 0) {
                int victim = random.nextInt(alive.size());
                targets.remove(victim);
                scheduler.remove(alive.remove(victim));
            }
            List<Chunk> chunks = scheduler.schedule();
            assertThat(chunks.isEmpty()).as(where).isEqualTo(alive.isEmpty());
            assertThat(chunks).as(where).hasSizeLessThanOrEqualTo(maxSequences);
            assertThat(chunks.stream().mapToInt(Chunk::count).sum()).as(where).isLessThanOrEqualTo(maxTokens);
            checkBlocks(alive, blocks, where);
            for (Chunk chunk : chunks) {
                Sequence sequence = chunk.sequence();
                assertThat(sequence.blocks().size() * blockSize)
                        .as(where)
                        .isGreaterThanOrEqualTo(sequence.cached() + chunk.count());
                if (started.add(sequence)) {
                    // The first steps come in the order of arrival.
                    newestStarted = Math.max(newestStarted, sequence.arrival());
                    long before = newestStarted;
                    assertThat(alive.stream().filter(s -> s.arrival() < before && !started.contains(s)))
                            .as(where)
                            .allMatch(s -> chunks.stream().anyMatch(c -> c.sequence() == s));
                }
            }
            if (!alive.isEmpty()) {
                Sequence oldest = alive.getFirst();
                assertThat(chunks).as("%s: the oldest always goes on", where).anyMatch(c -> c.sequence() == oldest);
            }
            List<Chunk> drawing = chunks.stream().filter(Chunk::draws).toList();
            scheduler.computed(chunks);
            drawing.forEach(chunk -> chunk.sequence().append(1));
            for (int i = alive.size() - 1; i >= 0; i--) {
                if (alive.get(i).length() >= targets.get(i)) {
                    targets.remove(i);
                    scheduler.remove(alive.remove(i));
                }
            }
        }
        assertThat(blocks.blocksInUse()).as(where).isZero();
        assertThat(scheduler.isIdle()).as(where).isTrue();
    }

    private static void checkBlocks(List<Sequence> alive, BlockManager blocks, String where) {
        List<Integer> held = new ArrayList<>();
        alive.forEach(s -> IntStream.of(s.blocks().toArray()).forEach(held::add));
        assertThat(held).as("%s: no block is used twice", where).doesNotHaveDuplicates();
        assertThat(held).as("%s: no block is lost", where).hasSize(blocks.blocksInUse());
    }

    private record Part(Sequence sequence, int count) {}

    /** One step in which every sequence that can draws the token 1. */
    private static List<Part> run(Scheduler scheduler) {
        List<Chunk> chunks = scheduler.schedule();
        List<Part> parts =
                chunks.stream().map(c -> new Part(c.sequence(), c.count())).toList();
        List<Chunk> drawing = chunks.stream().filter(Chunk::draws).toList();
        scheduler.computed(chunks);
        drawing.forEach(chunk -> chunk.sequence().append(1));
        return parts;
    }

    private Sequence sequence(int length, int adapter) {
        return new Sequence(
                arrivals++,
                new GenerationRequest(
                        new int[length],
                        adapter,
                        1000,
                        SamplingOptions.GREEDY,
                        new int[0],
                        List.of(),
                        TokenText.NONE,
                        null));
    }
}
