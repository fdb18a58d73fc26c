package io.hearth.ui.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.ui.audit.Audit;
import io.hearth.ui.audit.AuditEntry;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.audit.AuditQuery;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Texts;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    @TempDir
    Path folder;

    @Test
    void valuesAreKeptAllOrNoneAndWrittenDown() {
        try (Database database = Database.open(folder.resolve("hearth.db"))) {
            AuditLog log = new AuditLog(Clock.systemUTC());
            Settings settings = new Settings(database, log, new News(), Clock.systemUTC());
            assertThat(settings.get(Settings.TELEMETRY_DAYS)).isEqualTo(30);
            settings.put(Actor.SYSTEM, Map.of("telemetry.days", " 7 ", "appliance.name", "Halle 3"));
            assertThat(settings.get(Settings.TELEMETRY_DAYS)).isEqualTo(7);
            assertThat(settings.all())
                    .containsEntry("appliance.name", "Halle 3")
                    .containsEntry("telemetry.days", 7);

            for (Map<String, String> bad : List.of(
                    Map.of("telemetry.days", "8", "password.length", "7"),
                    Map.of("telemetry.days", "8", "nothing", "1"),
                    Map.of("telemetry.days", "366"),
                    Map.of("telemetry.days", "7.5"),
                    Map.of("appliance.language", "fr"),
                    Map.of("appliance.name", " "),
                    Map.of("appliance.name", "a\nb"))) {
                assertThatThrownBy(() -> settings.put(Actor.SYSTEM, bad)).isInstanceOf(Problem.class);
            }
            assertThat(settings.get(Settings.TELEMETRY_DAYS)).isEqualTo(7);

            settings.put(Actor.SYSTEM, Map.of("telemetry.days", "7"));
            List<AuditEntry> rows = new Audit(database, log)
                    .search(Actor.SYSTEM, AuditQuery.ALL, 0, 50)
                    .items();
            assertThat(rows).as("a value that stays is no change").hasSize(2);
            assertThat(rows.toString()).contains("\"before\":\"30\"", "\"after\":\"7\"");
        }
    }

    @Test
    void everySettingHasAName() {
        for (Setting<?> setting : Settings.ALL) {
            for (Locale language : Texts.LANGUAGES) {
                assertThat(Texts.say(language, setting.label())).doesNotStartWith("!");
            }
            assertThat(setting.parse(String.valueOf(setting.fallback()))).isEqualTo(setting.fallback());
        }
    }
}
