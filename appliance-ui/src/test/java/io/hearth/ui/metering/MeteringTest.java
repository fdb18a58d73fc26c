package io.hearth.ui.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.protocol.WorkerKind;
import io.hearth.protocol.WorkerSpec;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.nodes.Worker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeteringTest {
    private static final Instant NOW = Instant.parse("2026-03-09T10:00:00Z");
    private static final Actor OPERATOR = new Actor("user-one", "Olga", Role.OPERATOR, "test");
    private static final Actor VIEWER = new Actor("user-two", "Victor", Role.VIEWER, "test");

    @TempDir
    Path folder;

    private final List<Usage> observed = new ArrayList<>();
    private Database database;
    private Metering metering;

    @BeforeEach
    void open() {
        database = Database.open(folder.resolve("hearth.db"));
        metering = metering(ZoneOffset.UTC);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private Metering metering(ZoneId zone) {
        return new Metering(database, new News(), Clock.fixed(NOW, ZoneOffset.UTC), zone, List.of(observed::add));
    }

    @Test
    void countsEachEventOnceHoweverOftenItComes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Worker worker = worker("w-1");
        long prompt = 0;
        long completion = 0;
        long micros = 0;
        int count = 200;
        for (int sequence = 1; sequence <= count; sequence++) {
            int in = random.nextInt(5000);
            int out = random.nextInt(500);
            int cost = random.nextInt(3_000_000);
            prompt += in;
            completion += out;
            micros += cost;
            JsonNode event = event("key-a:user-one:dep-1:req-" + sequence, in, out, cost / 1e6, NOW);
            int at = sequence;
            // Undone, then done, then done again: what a stop between the two, and a node that asks again, look like.
            assertThatThrownBy(() -> database.run(handle -> {
                        metering.said(handle, worker, at, event);
                        throw new IllegalStateException("stopped");
                    }))
                    .hasMessage("stopped");
            for (int times = random.nextInt(3); times >= 0; times--) {
                database.run(handle -> metering.said(handle, worker, at, event));
            }
        }
        UsageLine sum = sums("day").getFirst();
        assertThat(sum.requests()).as("seed %d", seed).isEqualTo(count);
        assertThat(sum.promptTokens()).as("seed %d", seed).isEqualTo(prompt);
        assertThat(sum.completionTokens()).as("seed %d", seed).isEqualTo(completion);
        assertThat(sum.cardSeconds()).as("seed %d", seed).isEqualTo(micros / 1e6);
        assertThat(observed).as("seed %d", seed).hasSize(count);
    }

    @Test
    void keepsItsCountOverARestart() {
        say(worker("w-1"), 1, event("key-a:user-one:dep-1:r", 10, 5, 0.5, NOW));
        database.close();
        database = Database.open(folder.resolve("hearth.db"));
        metering = metering(ZoneOffset.UTC);
        say(worker("w-1"), 1, event("key-a:user-one:dep-1:r", 10, 5, 0.5, NOW));
        say(worker("w-2"), 1, event("key-a:user-one:dep-1:s", 1, 1, 0.5, NOW));
        assertThat(sums("day").getFirst().requests()).isEqualTo(2);
        assertThat(metering.tokensToday()).isEqualTo(Map.of("key-a", 17L));
    }

    @Test
    void sumsByWhatIsAskedFor() {
        database.run(handle -> metering.name(handle, "key-a", "Shop"));
        database.run(handle -> metering.name(handle, "user-one", "Olga"));
        say(worker("w-1"), 1, event("key-a:user-one:dep-1:r", 10, 5, 0.5, NOW));
        say(worker("w-1"), 2, event("key-b:user-one:dep-1:r", 20, 5, 0.5, NOW));
        say(worker("w-1"), 3, event("-:user-two:dep-1:r", 40, 5, 0.5, NOW));
        say(worker("w-1"), 4, event(null, 80, 5, 0.5, NOW));
        say(worker("w-1"), 5, event("not a tag", 160, 5, 0.5, NOW.minusSeconds(86_400)));
        assertThat(sums("key").stream().collect(Collectors.toMap(UsageLine::key, UsageLine::promptTokens)))
                .isEqualTo(Map.of("key-a", 10L, "key-b", 20L, "-", 280L));
        assertThat(sums("key").get(1).keyName()).isEqualTo("Shop");
        assertThat(sums("user").stream().collect(Collectors.toMap(UsageLine::user, UsageLine::promptTokens)))
                .isEqualTo(Map.of("user-one", 30L, "user-two", 40L, "-", 240L));
        assertThat(sums("day").stream().collect(Collectors.toMap(UsageLine::day, UsageLine::promptTokens)))
                .isEqualTo(Map.of("2026-03-08", 160L, "2026-03-09", 150L));
        assertThat(sums("day,model,outcome")).hasSize(2);
        UsageQuery narrow = UsageQuery.of(metering.today(), "2026-03-09", "2026-03-09", "model", "key-a", null, "m");
        assertThat(metering.usage(OPERATOR, narrow).getFirst().promptTokens()).isEqualTo(10);
    }

    @Test
    void aDayIsThatOfTheAppliancesTimeZone() {
        metering = metering(ZoneId.of("Asia/Shanghai"));
        say(worker("w-1"), 1, event("k:u:d:r", 1, 1, 0, Instant.parse("2026-03-08T15:59:59Z")));
        say(worker("w-1"), 2, event("k:u:d:r", 2, 1, 0, Instant.parse("2026-03-08T16:00:00Z")));
        assertThat(sums("day").stream().map(UsageLine::day)).containsExactly("2026-03-08", "2026-03-09");
    }

    @Test
    void whoDoesNotServeSeesTheirOwnOnly() {
        say(worker("w-1"), 1, event("key-a:user-one:dep-1:r", 10, 5, 0.5, NOW));
        say(worker("w-1"), 2, event("-:user-two:dep-1:r", 40, 5, 0.5, NOW));
        UsageQuery all = UsageQuery.of(metering.today(), null, null, "key,user", null, null, null);
        assertThat(metering.usage(OPERATOR, all)).hasSize(2);
        assertThat(metering.usage(VIEWER, all))
                .singleElement()
                .extracting(UsageLine::user)
                .isEqualTo("user-two");
        UsageQuery others = UsageQuery.of(metering.today(), null, null, "day", null, "user-one", null);
        assertThatThrownBy(() -> metering.usage(VIEWER, others)).isInstanceOf(Problem.class);
    }

    @Test
    void refusesWhatIsNotAQuery() {
        LocalDate today = metering.today();
        for (String group : new String[] {"hour", "day,day", "day,", "key_id;drop"}) {
            assertThatThrownBy(() -> UsageQuery.of(today, null, null, group, null, null, null))
                    .isInstanceOf(Problem.class);
        }
        assertThatThrownBy(() -> UsageQuery.of(today, "yesterday", null, null, null, null, null))
                .isInstanceOf(Problem.class);
        assertThatThrownBy(() -> UsageQuery.of(today, "2026-03-09", "2026-03-08", null, null, null, null))
                .isInstanceOf(Problem.class);
    }

    @Test
    void forgetsSingleEventsAndKeepsSums() {
        say(worker("w-1"), 1, event("k:u:d:r", 1, 1, 0, NOW.minusSeconds(86_400L * 41)));
        say(worker("w-1"), 2, event("k:u:d:r", 1, 1, 0, NOW.minusSeconds(86_400L * 39)));
        metering.forgetOldEvents();
        int left = database.read(handle -> handle.createQuery("SELECT COUNT(*) FROM usage_event")
                .mapTo(Integer.class)
                .one());
        assertThat(left).isEqualTo(1);
        UsageQuery all = UsageQuery.of(metering.today(), "2025-01-01", null, "model", null, null, null);
        assertThat(metering.usage(OPERATOR, all).getFirst().requests()).isEqualTo(2);
    }

    @Test
    void aTableHoldsNoFormulas() {
        List<UsageQuery.Group> groups = List.of(UsageQuery.Group.DAY, UsageQuery.Group.KEY, UsageQuery.Group.USER);
        String text = UsageCsv.write(
                groups,
                List.of(new UsageLine(
                        "2026-03-09",
                        "key-a",
                        "=HYPERLINK(\"http://x\",\"a\")",
                        "-",
                        "@SUM(A1)\n+1",
                        null,
                        null,
                        1,
                        2,
                        3,
                        4,
                        0.25)));
        assertThat(text)
                .isEqualTo("day,key,key_name,user,user_name,requests,prompt_tokens,cached_tokens,completion_tokens,"
                        + "card_seconds\r\n2026-03-09,key-a,\"'=HYPERLINK(\"\"http://x\"\",\"\"a\"\")\",-,\"'@SUM(A1)\n+1\","
                        + "1,2,3,4,0.250000\r\n");
    }

    private void say(Worker worker, long sequence, JsonNode event) {
        database.run(handle -> metering.said(handle, worker, sequence, event));
    }

    private List<UsageLine> sums(String group) {
        return metering.usage(OPERATOR, UsageQuery.of(metering.today(), null, null, group, null, null, null));
    }

    private static JsonNode event(String tag, int prompt, int completion, double cardSeconds, Instant time) {
        var event = Json.MAPPER.createObjectNode();
        event.put("event", "usage").put("time", time.toEpochMilli());
        return event.put("tag", tag)
                .put("model", "m")
                .put("promptTokens", prompt)
                .put("cachedTokens", 0)
                .put("completionTokens", completion)
                .put("cardSeconds", cardSeconds)
                .put("seconds", 1.5)
                .put("outcome", "stop");
    }

    private static Worker worker(String id) {
        WorkerSpec spec = new WorkerSpec(
                id,
                WorkerKind.SERVE,
                "cpu:0",
                null,
                List.of(),
                List.of(),
                null,
                WorkerSpec.Restart.SERVICE,
                WorkerSpec.Desired.RUN);
        return new Worker(id, "node-a", "deployment/dep-1", spec, null, 0, 0, false, true);
    }
}
