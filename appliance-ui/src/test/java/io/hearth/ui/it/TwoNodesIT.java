package io.hearth.ui.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Two agents as two nodes: work is spread, a node that is cut off is shown and done without, and a revoked one stays out. */
@TestMethodOrder(org.junit.jupiter.api.MethodOrderer.OrderAnnotation.class)
class TwoNodesIT {
    private static final Duration SHOWN = Duration.ofSeconds(10);
    private static final Duration RECONCILED = Duration.ofSeconds(90);

    private static Appliance appliance;
    private static Story story;
    private static String key;

    @BeforeAll
    static void start() {
        appliance = Appliance.ready("two-nodes");
        String code = appliance
                .api()
                .post("/api/v1/nodes/join-codes", Map.of("note", "second node", "minutes", 10))
                .good()
                .path("code")
                .asText();
        appliance.addAgent("second", code);
        story = new Story(appliance, "service-desk", 4);
        story.model();
        appliance
                .api()
                .post("/api/v1/deployments", Map.of("name", story.name(), "model", Story.MODEL, "replicas", 2))
                .good();
        key = story.key("two-nodes");
    }

    @AfterAll
    static void stop() {
        if (appliance != null) {
            appliance.close();
        }
    }

    @Test
    @Order(1)
    void replicasAreSpreadOverTheNodes() {
        awaitReplicas(2);
        Set<String> nodes = new TreeSet<>();
        deployment()
                .path("workers")
                .forEach(replica -> nodes.add(replica.path("node").asText()));
        assertThat(nodes).hasSize(2);
    }

    @Test
    @Order(2)
    void aNodeThatIsCutOffIsShownAndDoneWithoutAndComesBack() {
        Part local = appliance.agent("local");
        List<Long> workers = appliance.workers();
        local.signal("STOP");
        try {
            Patience.until(
                    "the node is shown as cut off", SHOWN, () -> !state("local").equals("online"));
            for (int i = 0; i < 10; i++) {
                assertThat(story.chat(key, "What does E08 mean?")
                                .path("choices")
                                .path(0)
                                .path("message")
                                .path("content")
                                .asText())
                        .isNotBlank();
            }
        } finally {
            local.signal("CONT");
        }
        appliance.awaitNode("local");
        awaitReplicas(2);
        assertThat(appliance.workers()).as("workers went on").isEqualTo(workers);
    }

    @Test
    @Order(3)
    void anAgentThatDiesFindsItsWorkersAgain() {
        Part second = appliance.agent("second");
        List<Long> workers = appliance.workers();
        second.kill();
        Patience.until(
                "the node is shown as cut off", SHOWN, () -> !state("second").equals("online"));
        assertThat(story.chat(key, "What does E08 mean?").path("choices")).hasSize(1);
        second.start();
        appliance.awaitNode("second");
        awaitReplicas(2);
        assertThat(appliance.workers()).as("workers were adopted").isEqualTo(workers);
    }

    @Test
    @Order(4)
    void whatNodesCountedIsCountedOnce() {
        Patience.until("all requests are counted", RECONCILED, () -> requests() == 11);
        Patience.pause(3_000);
        assertThat(requests()).isEqualTo(11);
    }

    @Test
    @Order(5)
    void aRevokedNodeStaysOut() {
        String id = node("second").path("id").asText();
        appliance.api().post("/api/v1/nodes/" + id + "/revoke", Map.of()).good();
        Patience.until("the node is out", SHOWN, () -> !state("second").equals("online"));
        appliance.agent("second").kill();
        appliance.agent("second").start();
        Patience.pause(8_000);
        assertThat(state("second")).isNotEqualTo("online");
        assertThat(story.chat(key, "What does E08 mean?").path("choices")).hasSize(1);
    }

    private static void awaitReplicas(int count) {
        Patience.until(count + " replicas are ready", RECONCILED, () -> {
            long ready = 0;
            for (JsonNode replica : deployment().path("workers")) {
                if (Set.of("running").contains(replica.path("state").asText().toLowerCase(java.util.Locale.ROOT))) {
                    ready++;
                }
            }
            return ready == count;
        });
    }

    private static JsonNode deployment() {
        JsonNode found =
                story.first("/api/v1/deployments", "/name", story.name()).orElseThrow();
        return appliance
                .api()
                .get("/api/v1/deployments/" + found.path("id").asText())
                .good();
    }

    private static JsonNode node(String name) {
        return story.first("/api/v1/nodes", "/name", name).orElseThrow();
    }

    private static String state(String name) {
        return story.first("/api/v1/nodes", "/name", name)
                .map(node -> node.path("state").asText())
                .orElse("not listed");
    }

    private static long requests() {
        long sum = 0;
        for (JsonNode line :
                appliance.api().get("/api/v1/usage?group=key").good().path("items")) {
            sum += line.path("requests").asLong();
        }
        return sum;
    }
}
