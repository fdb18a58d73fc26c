package io.hearth.engine.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BlockManagerTest {
    @Test
    void givesOutAsManyBlocksAsTheTokensNeed() {
        BlockManager manager = new BlockManager(10, 16);
        BlockTable table = new BlockTable();

        assertThat(manager.reserve(table, 1)).isTrue();
        assertThat(table.size()).isEqualTo(1);
        assertThat(manager.reserve(table, 16)).isTrue();
        assertThat(table.size()).isEqualTo(1);
        assertThat(manager.reserve(table, 17)).isTrue();
        assertThat(table.toArray()).containsExactly(0, 1);
        assertThat(manager.blocksInUse()).isEqualTo(2);
    }

    @Test
    void changesNothingWhenBlocksAreTooFew() {
        BlockManager manager = new BlockManager(3, 4);
        BlockTable first = new BlockTable();
        BlockTable second = new BlockTable();
        manager.reserve(first, 8);

        assertThat(manager.reserve(second, 5)).isFalse();
        assertThat(second.size()).isZero();
        assertThat(manager.freeBlocks()).isEqualTo(1);
        assertThat(manager.reserve(second, 4)).isTrue();
    }

    @Test
    void noticesBlocksThatComeBackTwice() {
        BlockManager manager = new BlockManager(2, 4);
        BlockTable table = new BlockTable();
        table.add(0);

        assertThatThrownBy(() -> manager.release(table)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void neverGivesABlockToTwoAndLosesNone() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            BlockManager manager = new BlockManager(1 + random.nextInt(40), 1 + random.nextInt(20));
            List<BlockTable> tables =
                    IntStream.range(0, 8).mapToObj(i -> new BlockTable()).toList();
            int[] lengths = new int[8];
            for (int move = 0; move < 200; move++) {
                int who = random.nextInt(8);
                if (random.nextInt(4) == 0) {
                    manager.release(tables.get(who));
                    lengths[who] = 0;
                } else if (manager.reserve(tables.get(who), lengths[who] + 10)) {
                    lengths[who] += 10;
                }
                List<Integer> held = new ArrayList<>();
                tables.forEach(table -> IntStream.of(table.toArray()).forEach(held::add));
                assertThat(held)
                        .as("seed %d", seed)
                        .doesNotHaveDuplicates()
                        .hasSize(manager.blocksInUse())
                        .allMatch(block -> block >= 0 && block < manager.blocks());
            }
            tables.forEach(manager::release);
            assertThat(manager.blocksInUse()).as("seed %d", seed).isZero();
        }
    }
}
