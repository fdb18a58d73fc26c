package io.hearth.ui.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.ui.certificates.Certificates;
import io.hearth.ui.certificates.TestCertificates;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Texts;
import io.hearth.ui.gateway.SetClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate of the house is nobody's to renew but the house's: people are told in time, and when it is over. */
class CertificateNoticesTest {
    @TempDir
    Path folder;

    private final SetClock clock = new SetClock();

    @Test
    void theAppliancesOwnNeedsNobody() {
        Certificates own = new Certificates(new HearthHome(folder), clock, Optional.empty());
        clock.pass(Duration.ofDays(390).toMillis());
        assertThat(told(own)).isEmpty();
    }

    @Test
    void oneOfTheHouseIsTalkedOfAMonthBeforeItsEndAndAfter() throws Exception {
        TestCertificates.Made made = TestCertificates.ofTheHouse(clock.instant(), "llm.house.example");
        Files.createDirectories(folder.resolve("keys"));
        Files.writeString(folder.resolve("keys/house.pem"), made.keyPem() + made.chainPem());
        Certificates house = new Certificates(new HearthHome(folder), clock, Optional.empty());
        assertThat(house.ofTheHouseShown()).isTrue();
        assertThat(told(house)).isEmpty();
        clock.pass(Duration.ofDays(271).toMillis());
        assertThat(told(house)).singleElement().asString().contains("29 days");
        clock.pass(Duration.ofDays(30).toMillis());
        house.refresh();
        assertThat(told(house)).singleElement().asString().contains("has ended");
    }

    private List<String> told(Certificates certificates) {
        return new CertificateNotices(certificates, clock)
                .notices(null).stream()
                        .map(notice -> Texts.english(notice.text()))
                        .toList();
    }
}
