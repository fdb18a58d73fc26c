package io.hearth.ui.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class FiguresTest {
    private static final long NOON = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();
    private final Figures english = new Figures(Locale.ENGLISH, ZoneId.of("Europe/Berlin"));
    private final Figures chinese = new Figures(Locale.SIMPLIFIED_CHINESE, ZoneId.of("Asia/Shanghai"));

    @Test
    void bytesHaveTheUnitThatFits() {
        assertThat(english.bytes(0)).isEqualTo("0 B");
        assertThat(english.bytes(1023)).isEqualTo("1,023 B");
        assertThat(english.bytes(1536)).isEqualTo("1.5 KiB");
        assertThat(english.bytes(200L << 20)).isEqualTo("200 MiB");
        assertThat(english.bytes(Long.MAX_VALUE)).isEqualTo("8,192 PiB");
    }

    @Test
    void durationsHaveTwoUnits() {
        assertThat(english.duration(Duration.ofMillis(12))).isEqualTo("12 ms");
        assertThat(english.duration(Duration.ofSeconds(59))).isEqualTo("59 s");
        assertThat(english.duration(Duration.ofSeconds(200))).isEqualTo("3 min 20 s");
        assertThat(english.duration(Duration.ofMinutes(125))).isEqualTo("2 h 5 min");
        assertThat(english.duration(Duration.ofHours(49))).isEqualTo("2 d 1 h");
        assertThat(english.duration(Duration.ofDays(7))).isEqualTo("7 d");
        assertThat(chinese.duration(Duration.ofSeconds(200))).isEqualTo("3 分 20 秒");
        assertThat(english.seconds(Double.NaN)).isEqualTo("–");
    }

    @Test
    void sharesAndNumbersAreWrittenAsInTheLanguage() {
        assertThat(english.percent(0.5)).isEqualTo("50%");
        assertThat(english.percent(0.012)).isEqualTo("1.2%");
        assertThat(english.count(1234567)).isEqualTo("1,234,567");
        assertThat(english.decimal(Double.POSITIVE_INFINITY, 2)).isEqualTo("–");
    }

    @Test
    void timesAreThoseOfTheReadersClock() {
        assertThat(english.dateTime(NOON)).contains("1:00").contains("2026");
        assertThat(chinese.dateTime(NOON)).contains("20:00").contains("2026年3月1日");
    }

    @Test
    void agoIsSaidInWholeUnits() {
        assertThat(english.ago(NOON, NOON + 59_000)).isEqualTo("just now");
        assertThat(english.ago(NOON, NOON + 60_000)).isEqualTo("1 min ago");
        assertThat(english.ago(NOON, NOON + 3 * 3_600_000L)).isEqualTo("3 h ago");
        assertThat(chinese.ago(NOON, NOON + 2 * 86_400_000L)).isEqualTo("2 天前");
        assertThat(english.ago(NOON, NOON + 60 * 86_400_000L)).isEqualTo("Mar 1, 2026");
        assertThat(english.ago(NOON, NOON - 5_000)).isEqualTo("just now");
    }
}
