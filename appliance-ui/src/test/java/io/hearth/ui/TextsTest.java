package io.hearth.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.ui.core.Texts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Format;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Both languages are complete, and the code says nothing that is in neither. */
class TextsTest {
    private static final Path SOURCES = Path.of("src/main/java");
    private static final String FEATURES =
            "(?:core|shell|access|setup|certificates|audit|nodes|sticks|datasets|uploads|models|jobs|deployments|gateway|metering|overview|playground|settings|machine|support|system|api)";

    /** A literal that has the form of a key: a feature's name, a dot, and words in lower case. */
    private static final Pattern KEY = Pattern.compile("\"(" + FEATURES + "\\.[a-zA-Z0-9]+(?:[._-][a-zA-Z0-9]+)*)\"");

    /** A literal to which something is added to make a key. */
    private static final Pattern PREFIX = Pattern.compile("\"(" + FEATURES + "\\.(?:[a-zA-Z0-9_-]+\\.)*)\"\\s*\\+");

    /** Calls whose first literal is a key. */
    private static final Pattern SAID = Pattern.compile(
            "(?:\\btext\\([^\"()]*(?:\\(\\))?[^\"()]*,|\\bSentence\\.of\\(|\\bProblem\\.(?:invalid|notFound|conflict)\\(|\\btitle\\(|\\blead\\(|"
                    + "\\bLanguage\\.say\\(|\\bToast\\.done\\(|\\bnew EmptyState\\()\\s*\"([^\"]+)\"(?!\\s*\\+)");

    /** Words of English that a Chinese text has no use for; names, units and formats are written in Latin letters in both. */
    private static final Pattern ENGLISH = Pattern.compile(
            "\\b(?:the|and|with|from|this|that|not|are|was|were|has|have|will|for|your|you|there|of|is|to|in|on|it)\\b",
            Pattern.CASE_INSENSITIVE);

    @Test
    void bothLanguagesHaveTheSameKeys() {
        assertThat(Texts.keys("zh")).isEqualTo(Texts.keys("en"));
    }

    @Test
    void bothLanguagesFillInTheSameArguments() {
        for (String key : Texts.keys("en")) {
            assertThat(arguments(key, Locale.SIMPLIFIED_CHINESE))
                    .as("arguments of %s", key)
                    .isEqualTo(arguments(key, Locale.ENGLISH));
        }
    }

    @Test
    void everyKeyThatIsSaidExists() throws IOException {
        Set<String> known = Texts.keys("en");
        List<String> missing = new ArrayList<>();
        for (Path file : sources()) {
            String code = Files.readString(file);
            for (Matcher said = SAID.matcher(code); said.find(); ) {
                if (!known.contains(said.group(1))) {
                    missing.add(file.getFileName() + ": " + said.group(1));
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void everyPrefixOfAMadeUpKeyBeginsSomeKey() throws IOException {
        Set<String> known = Texts.keys("en");
        List<String> missing = new ArrayList<>();
        for (Path file : sources()) {
            for (Matcher made = PREFIX.matcher(Files.readString(file)); made.find(); ) {
                String prefix = made.group(1);
                if (known.stream().noneMatch(key -> key.startsWith(prefix))) {
                    missing.add(file.getFileName() + ": " + prefix);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void noTextIsThereForNothing() throws IOException {
        Set<String> literals = new TreeSet<>();
        List<String> prefixes = new ArrayList<>();
        for (Path file : sources()) {
            String code = Files.readString(file);
            KEY.matcher(code).results().forEach(found -> literals.add(found.group(1)));
            PREFIX.matcher(code).results().forEach(found -> prefixes.add(found.group(1)));
        }
        assertThat(Texts.keys("en").stream()
                        .filter(key -> !literals.contains(key))
                        .filter(key -> prefixes.stream().noneMatch(key::startsWith)))
                .isEmpty();
    }

    @Test
    void chineseTextsAreChinese() {
        List<String> leftOver = new ArrayList<>();
        for (String key : Texts.keys("zh")) {
            String chinese = Texts.say(Locale.SIMPLIFIED_CHINESE, key);
            boolean hasChinese =
                    chinese.codePoints().anyMatch(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN);
            boolean sentence = ENGLISH.matcher(quoted(chinese)).results().count() >= 2;
            boolean same = chinese.equals(Texts.say(Locale.ENGLISH, key))
                    && chinese.strip().contains(" ");
            if (sentence || same && !hasChinese && ENGLISH.matcher(chinese).find()) {
                leftOver.add(key + "=" + chinese);
            }
        }
        assertThat(leftOver).isEmpty();
    }

    /** A text without what it quotes: names and words of programs stay as they are. */
    private static String quoted(String text) {
        return text.replaceAll("“[^”]*”|\"[^\"]*\"|`[^`]*`|\\{[^}]*}", "");
    }

    private static List<String> arguments(String key, Locale locale) {
        MessageFormat format = new MessageFormat(Texts.say(locale, key), locale);
        Format[] formats = format.getFormatsByArgumentIndex();
        Set<String> used = new TreeSet<>();
        for (int i = 0; i < formats.length; i++) {
            Object[] values = new Object[formats.length];
            for (int j = 0; j < values.length; j++) {
                values[j] = formats[j] == null ? "?" : 1;
            }
            String before = format.format(values);
            values[i] = formats[i] == null ? "#" : 2;
            if (!format.format(values).equals(before)) {
                used.add(Integer.toString(i));
            }
        }
        return List.copyOf(used);
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }
}
