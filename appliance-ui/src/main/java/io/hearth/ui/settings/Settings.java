package io.hearth.ui.settings;

import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** What is set for the whole appliance. */
@ApplicationScoped
public class Settings {
    /** What the appliance is called on its pages. */
    public static final Setting<String> APPLIANCE_NAME = new Setting.Line("appliance.name", "Hearth", 40);

    /** Language of a page until its reader chooses another; {@code browser} follows the browser. */
    public static final Setting<String> LANGUAGE =
            new Setting.Choice("appliance.language", "browser", List.of("browser", "en", "zh"));

    /** Minutes without a request after which a session ends. */
    public static final Setting<Integer> SESSION_IDLE_MINUTES = new Setting.Whole("session.idleMinutes", 120, 5, 1440);

    /** Hours after which a session ends in any case. */
    public static final Setting<Integer> SESSION_LONGEST_HOURS = new Setting.Whole("session.longestHours", 168, 1, 720);

    /** Characters that a password has at least. */
    public static final Setting<Integer> PASSWORD_LENGTH = new Setting.Whole("password.length", 12, 8, 64);

    /** Days for which telemetry is kept. */
    public static final Setting<Integer> TELEMETRY_DAYS = new Setting.Whole("telemetry.days", 30, 1, 365);

    /** All of them, in the order of the page. */
    public static final List<Setting<?>> ALL = List.of(
            APPLIANCE_NAME, LANGUAGE, SESSION_IDLE_MINUTES, SESSION_LONGEST_HOURS, PASSWORD_LENGTH, TELEMETRY_DAYS);

    private final Database database;
    private final AuditLog audit;
    private final News news;
    private final Clock clock;

    public Settings(Database database, AuditLog audit, News news, Clock clock) {
        this.database = database;
        this.audit = audit;
        this.news = news;
        this.clock = clock;
    }

    /** The value that holds now. */
    public <T> T get(Setting<T> setting) {
        return database.read(h -> get(h, setting));
    }

    /** The value that holds in a transaction. */
    public <T> T get(Handle handle, Setting<T> setting) {
        return handle.createQuery("SELECT value FROM settings WHERE name = :name")
                .bind("name", setting.name())
                .mapTo(String.class)
                .findOne()
                .map(setting::parse)
                .orElse(setting.fallback());
    }

    /** All values by their names. */
    public Map<String, Object> all() {
        return database.read(h -> {
            Map<String, Object> values = new LinkedHashMap<>();
            ALL.forEach(setting -> values.put(setting.name(), get(h, setting)));
            return values;
        });
    }

    /**
     * Sets values, all or none.
     *
     * @param values texts by names of settings
     * @throws Problem of kind INVALID if there is no such setting or a value is not allowed
     */
    public void put(Actor actor, Map<String, String> values) {
        actor.needs(Role.ADMINISTRATOR);
        Map<Setting<?>, String> parsed = new LinkedHashMap<>();
        values.forEach((name, text) -> {
            Setting<?> setting = named(name);
            if (text == null) {
                throw Problem.invalid("settings.missing", setting.label());
            }
            parsed.put(setting, String.valueOf(setting.parse(text)));
        });
        database.run(h -> parsed.forEach((setting, value) -> put(h, actor, setting, value)));
        news.publish(News.Topic.SETTINGS, "");
    }

    private void put(Handle handle, Actor actor, Setting<?> setting, String value) {
        String before = String.valueOf(get(handle, setting));
        if (before.equals(value)) {
            return;
        }
        handle.createUpdate("DELETE FROM settings WHERE name = :name")
                .bind("name", setting.name())
                .execute();
        handle.createUpdate("INSERT INTO settings (name, value, changed) VALUES (:name, :value, :changed)")
                .bind("name", setting.name())
                .bind("value", value)
                .bind("changed", clock.millis())
                .execute();
        audit.record(handle, actor, "settings.change", setting.name(), Map.of("before", before, "after", value));
    }

    private static Setting<?> named(String name) {
        return ALL.stream()
                .filter(setting -> setting.name().equals(name))
                .findFirst()
                .orElseThrow(() -> Problem.invalid("settings.unknown", name));
    }
}
