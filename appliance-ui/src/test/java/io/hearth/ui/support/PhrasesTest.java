package io.hearth.ui.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which texts may be in a bundle. */
class PhrasesTest {
    private static final Path FILE = Path.of("src/main/resources/io/hearth/ui/support/phrases.txt");
    private static final List<String> LOGGED =
            List.of("../appliance-ui/src/main/java", "../node-agent/agent/src/main/java");
    private static final List<String> FAILURES = List.of(
            "../node-agent/agent/src/main/java",
            "../runtime/worker/src/main/java",
            "../runtime/engine/src/main/java",
            "../runtime/text/src/main/java",
            "../runtime/device/src/main/java",
            "../runtime/device-cpu/src/main/java",
            "../runtime/device-cuda/src/main/java",
            "../runtime/device-ascend/src/main/java");

    private final Phrases phrases = new Phrases(Stream.of(
            "Worker {} has ended: {}",
            "Row {} of the file is not valid: {}",
            "Blob {} came with another content; it is fetched again."));

    /**
     * What is logged is known; written anew with {@code -Dhearth.phrases=write}. Sentences of exceptions are written with it, but
     * one that is missing is not a mistake: it is left out of bundles.
     */
    @Test
    void whatOurProgramsLogIsKnown() throws IOException {
        Set<String> logged = new TreeSet<>();
        for (String folder : LOGGED) {
            logged.addAll(SourcePhrases.logged(Path.of(folder)));
        }
        if ("write".equals(System.getProperty("hearth.phrases"))) {
            Set<String> all = new TreeSet<>(logged);
            for (String folder : FAILURES) {
                all.addAll(SourcePhrases.failures(Path.of(folder)));
            }
            Files.writeString(
                    FILE,
                    "# What our programs say, from their sources: ./hearth test -pl appliance-ui -am -Dtest=PhrasesTest"
                            + " -Dsurefire.failIfNoSpecifiedTests=false -Dhearth.phrases=write\n"
                            + String.join("\n", all)
                            + "\n");
        }
        assertThat(logged).hasSizeGreaterThan(40);
        assertThat(Files.readAllLines(FILE)).containsAll(logged);
    }

    @Test
    void ofAPhraseOnlyWhatCannotBeACustomersWordIsKept() {
        assertThat(phrases.keep("Worker worker-01jd0k3f7w9x2y4z has ended: failed"))
                .contains("Worker worker-01jd0k3f7w9x2y4z has ended: failed");
        assertThat(phrases.keep("Worker worker-01jd0k3f7w9x2y4z has ended: Mrs Miller, born 1961"))
                .contains("Worker worker-01jd0k3f7w9x2y4z has ended: …");
        assertThat(phrases.keep("Worker w has ended: Row 12 of the file is not valid: my secret"))
                .contains("Worker … has ended: Row 12 of the file is not valid: …");
        assertThat(phrases.keepValue("13800138000")).isEqualTo("…");
    }

    @Test
    void whatIsNoPhraseIsNotKept() {
        assertThat(phrases.keep("Dear customer, your invoice is late")).isEmpty();
        assertThat(phrases.keepLine("Dear customer, your invoice is late")).isEmpty();
        assertThat(phrases.keep("")).isEmpty();
    }

    @Test
    void ofATraceTheClassesAreKeptAndNotWhatTheySay() {
        assertThat(phrases.keepLine("Caused by: java.lang.IllegalStateException: row: my secret"))
                .contains("Caused by: java.lang.IllegalStateException: …");
        assertThat(phrases.keepLine("\tat io.hearth.ui.jobs.JobStore.move(JobStore.java:120)"))
                .isPresent();
        assertThat(phrases.keepLine("\tat my secret place")).isEmpty();
    }

    @Test
    void anythingThatIsSaidIsReadInTimeAndKeepsNothing() {
        String long_ = "Row ".repeat(20_000) + "my secret";
        assertThat(phrases.keep("Worker " + long_ + " has ended: " + long_)).isEmpty();
        assertThat(Phrases.ofHearth().keepLine(long_)).isEmpty();
    }

    @Test
    void theSecondLineTakesOutWhatLooksLikeASecret() {
        for (String secret : List.of(
                "hk-0123456789abcdefghjk",
                "ht_0123456789abcdefghjkmnpq",
                "hs_0123456789abcdefghjkmnpq",
                "ABCDE-FGHJK-MNPQR-STVWX.0123456789abcdef0123",
                "abcde-fghjk-mnpqr-stvwx",
                "Authorization: Basic YWRhOmxhbnRlcm4=",
                "Cookie: hearth-session=abc",
                "password=lantern",
                "\"api_key\": \"lantern\"",
                "ada@example.org",
                "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----",
                "https://ada:lantern@proxy.example")) {
            assertThat(Redactor.clean("before " + secret + " after"))
                    .as(secret)
                    .contains(Redactor.GONE)
                    .doesNotContain("lantern", "MIGH", "0123456789", "ada@", "fghjk", "YWRh", "=abc");
        }
        assertThat(Redactor.clean("Worker worker-01jd0k3f7w9x2y4z has ended: failed"))
                .isEqualTo("Worker worker-01jd0k3f7w9x2y4z has ended: failed");
    }
}
