package io.hearth.agent.telemetry.ascend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NpuSmiTableTest {
    private static final List<String> SAMPLES = List.of("910b", "a3", "310p-duo", "950");

    @Test
    void cardsWithOneChipAreRead() throws Exception {
        NpuSmiTable table = NpuSmiTable.parse(sample("910b"));
        assertThat(table.version()).isEqualTo("24.1.rc1");
        assertThat(table.chips())
                .containsExactly(
                        new NpuSmiTable.Chip(
                                0, 0, "910B3", "OK", 91.3, 33.0, "0000:c1:00.0", 0.0, 3197L, 65536L, List.of()),
                        new NpuSmiTable.Chip(
                                1,
                                0,
                                "910B3",
                                "Warning",
                                121.6,
                                40.0,
                                "0000:c2:00.0",
                                0.97,
                                57895L,
                                65536L,
                                List.of(new NpuSmiTable.Process(485946, "python3", 54698L))));
    }

    @Test
    void cardsWithTwoChipsOfWhichOneTellsThePowerAreRead() throws Exception {
        List<NpuSmiTable.Chip> chips = NpuSmiTable.parse(sample("a3")).chips();
        assertThat(chips).hasSize(4);
        assertThat(chips).extracting(NpuSmiTable.Chip::npu).containsExactly(0, 0, 1, 1);
        assertThat(chips).extracting(NpuSmiTable.Chip::chip).containsExactly(0, 1, 0, 1);
        assertThat(chips).extracting(NpuSmiTable.Chip::watts).containsExactly(162.6, null, 168.1, null);
        assertThat(chips).extracting(NpuSmiTable.Chip::name).containsOnly("Ascend910");
        assertThat(chips.get(1).processes())
                .as("within a container its own number counts")
                .containsExactly(
                        new NpuSmiTable.Process(1001, "python", 256L), new NpuSmiTable.Process(101, "python", 512L));
        assertThat(chips.get(0).processes()).isEmpty();
    }

    @Test
    void chipsWithoutHbmAreRead() throws Exception {
        List<NpuSmiTable.Chip> chips = NpuSmiTable.parse(sample("310p-duo")).chips();
        assertThat(chips).hasSize(2);
        assertThat(chips).extracting(NpuSmiTable.Chip::watts).containsOnlyNulls();
        assertThat(chips).extracting(NpuSmiTable.Chip::usedMib).containsExactly(1529L, 37623L);
        assertThat(chips).extracting(NpuSmiTable.Chip::totalMib).containsExactly(44280L, 43693L);
        assertThat(chips).extracting(NpuSmiTable.Chip::address).containsOnly("0000:01:00.0");
        assertThat(chips.getLast().busy()).isEqualTo(0.03);
    }

    @Test
    void columnsOfANewerVersionAreFoundByTheirNames() throws Exception {
        List<NpuSmiTable.Chip> chips = NpuSmiTable.parse(sample("950")).chips();
        assertThat(chips).extracting(NpuSmiTable.Chip::npu).containsExactly(0, 3);
        assertThat(chips).extracting(NpuSmiTable.Chip::address).containsExactly(null, "0001:83:00.0");
        assertThat(chips).extracting(NpuSmiTable.Chip::busy).containsExactly(0.2, 0.0);
        assertThat(chips).extracting(NpuSmiTable.Chip::totalMib).containsOnly(131072L);
        assertThat(chips.getFirst().processes()).containsExactly(new NpuSmiTable.Process(1001, "python", 256L));
    }

    @Test
    void anythingElseHasNoCards() {
        assertThat(NpuSmiTable.parse("").chips()).isEmpty();
        assertThat(NpuSmiTable.parse("DrvMngGetConsoleLogLevel failed.\ndcmi module initialize failed. ret is -8005")
                        .chips())
                .isEmpty();
    }

    /** Lines and letters are lost, doubled, changed: what is told is still something that a card may be. */
    @Test
    void whateverIsPrintedNothingFails() throws Exception {
        long seed = Long.getLong("hearth.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 3_000; round++) {
            StringBuilder text = new StringBuilder(sample(SAMPLES.get(random.nextInt(SAMPLES.size()))));
            for (int change = random.nextInt(1, 40); change > 0 && !text.isEmpty(); change--) {
                spoil(text, random);
            }
            String printed = text.toString();
            assertThatCode(() -> check(NpuSmiTable.parse(printed)))
                    .as("-Dhearth.seed=" + seed + "\n" + printed)
                    .doesNotThrowAnyException();
        }
    }

    private static void check(NpuSmiTable table) {
        assertThat(table.chips()).hasSizeLessThan(100);
        for (NpuSmiTable.Chip chip : table.chips()) {
            assertThat(chip.npu()).isNotNegative();
            assertThat(chip.chip()).isNotNegative();
            if (chip.busy() != null) {
                assertThat(chip.busy()).isBetween(0.0, 1.0);
            }
            if (chip.celsius() != null) {
                assertThat(chip.celsius()).isBetween(0.0, 200.0);
            }
            if (chip.totalMib() != null) {
                assertThat(chip.totalMib()).isPositive();
                assertThat(chip.usedMib()).isNotNegative();
            }
            if (chip.address() != null) {
                assertThat(chip.address()).matches("[0-9a-f:.]{12,16}");
            }
            chip.processes().forEach(process -> assertThat(process.pid()).isNotNegative());
        }
    }

    private static void spoil(StringBuilder text, SplittableRandom random) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(6)) {
            case 0 -> text.deleteCharAt(at);
            case 1 -> text.setCharAt(at, (char) random.nextInt(32, 127));
            case 2 -> text.insert(at, "|/-+\n 9\t\u0000\u00e9".charAt(random.nextInt(10)));
            case 3 -> text.delete(at, Math.min(text.length(), at + random.nextInt(1, 200)));
            case 4 -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(1, 300))));
            default -> text.insert(at, "99999999999999999999999");
        }
    }

    private static String sample(String name) throws IOException {
        try (InputStream in = NpuSmiTableTest.class.getResourceAsStream("/npu-smi/" + name + ".txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
