package io.hearth.ui.core;

import io.hearth.protocol.FindingTexts;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * Every text that a person may read, in English and in Chinese. Each feature keeps its own beside its classes
 * ({@code texts_en.properties}, {@code texts_zh.properties}, UTF-8, in the syntax of {@link MessageFormat}: a single quote is
 * written twice in a text that has arguments), with keys that begin with the feature's name. What is found of cards comes with the
 * protocol, because agents say it, too ({@link FindingTexts}).
 */
public final class Texts {
    /** Languages that are complete. */
    public static final List<Locale> LANGUAGES = List.of(Locale.ENGLISH, Locale.SIMPLIFIED_CHINESE);

    /** Packages below {@code io.hearth.ui} that have texts. */
    static final List<String> FEATURES = List.of(
            "core",
            "shell",
            "access",
            "setup",
            "certificates",
            "audit",
            "nodes",
            "sticks",
            "uploads",
            "datasets",
            "models",
            "jobs",
            "deployments",
            "gateway",
            "metering",
            "overview",
            "playground",
            "settings",
            "machine",
            "support",
            "system");

    private static final Map<String, Map<String, String>> BY_LANGUAGE = Map.of("en", load("en"), "zh", load("zh"));

    /** A sentence in a language. */
    public static String say(Locale locale, Sentence sentence) {
        return say(locale, sentence.key(), sentence.arguments().toArray());
    }

    /** A text in a language; English where that language lacks it; the key in exclamation marks if there is none. */
    public static String say(Locale locale, String key, Object... arguments) {
        Map<String, String> texts = BY_LANGUAGE.get(locale.getLanguage().equals("zh") ? "zh" : "en");
        String pattern = texts.getOrDefault(key, BY_LANGUAGE.get("en").get(key));
        if (pattern == null) {
            return "!" + key + "!";
        }
        if (arguments.length == 0) {
            return pattern;
        }
        Object[] said = new Object[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            said[i] = arguments[i] instanceof Sentence inner ? say(locale, inner) : arguments[i];
        }
        return new MessageFormat(pattern, locale).format(said);
    }

    /** A sentence in English. */
    public static String english(Sentence sentence) {
        return say(Locale.ENGLISH, sentence);
    }

    /** Whether there is a text of this key. */
    public static boolean has(String key) {
        return BY_LANGUAGE.get("en").containsKey(key);
    }

    /** All keys that a language ({@code en} or {@code zh}) has. */
    public static Set<String> keys(String language) {
        return new TreeSet<>(BY_LANGUAGE.get(language).keySet());
    }

    private static Map<String, String> load(String language) {
        Map<String, String> texts = new HashMap<>();
        for (String feature : FEATURES) {
            String resource = "/io/hearth/ui/" + feature + "/texts_" + language + ".properties";
            try (InputStream in = Texts.class.getResourceAsStream(resource)) {
                if (in == null) {
                    continue;
                }
                Properties properties = new Properties();
                properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
                properties.forEach((key, value) -> {
                    if (texts.put((String) key, (String) value) != null) {
                        throw new IllegalStateException("The text " + key + " is there twice.");
                    }
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        FindingTexts.load(language).forEach((key, value) -> texts.put((String) key, (String) value));
        return Map.copyOf(texts);
    }

    private Texts() {}
}
