package io.hearth.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.util.Locale;
import java.util.Properties;

/**
 * What findings mean and what to do, in words. The texts lie in {@code findings_en.properties} and {@code findings_zh.properties}
 * beside this class, in the syntax of {@link MessageFormat}, as {@code nodes.finding.CODE.words} and either
 * {@code nodes.finding.CODE.remedy} or, for all codes with the same action, {@code nodes.finding.action.ACTION}; codes of Ascend
 * cards ({@code npu.…}) go by {@code nodes.finding.action.npu.ACTION} where there is one. The agent speaks English; the control plane has both languages.
 */
public final class FindingTexts {
    /** Begins every key. */
    public static final String PREFIX = "nodes.finding.";

    private static final String NPU = "npu.";

    private static final Properties ENGLISH = load("en");

    private FindingTexts() {}

    /** What a finding means, in English. */
    public static String english(CardFinding finding) {
        return say(words(finding.code()), finding);
    }

    /** What to do about it, in English. */
    public static String englishRemedy(CardFinding finding) {
        return say(remedy(finding.code(), finding.action()), finding);
    }

    /** Whether there are words for a code. */
    public static boolean knows(String code) {
        return ENGLISH.containsKey(words(code));
    }

    /** Key of what a code means. */
    public static String words(String code) {
        return PREFIX + code + ".words";
    }

    /** Key of what to do: the code's own, or the action's with the cards of this maker, or the action's. */
    public static String remedy(String code, CardFinding.Action action) {
        String own = PREFIX + code + ".remedy";
        if (ENGLISH.containsKey(own)) {
            return own;
        }
        String makers = PREFIX + "action." + NPU + action.key();
        return code.startsWith(NPU) && ENGLISH.containsKey(makers) ? makers : PREFIX + "action." + action.key();
    }

    /** All texts of a language, {@code en} or {@code zh}. */
    public static Properties load(String language) {
        Properties texts = new Properties();
        try (InputStream in = FindingTexts.class.getResourceAsStream("findings_" + language + ".properties")) {
            texts.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return texts;
    }

    private static String say(String key, CardFinding finding) {
        String text = ENGLISH.getProperty(key);
        if (text == null) {
            throw new IllegalArgumentException("There is no text " + key + ".");
        }
        return new MessageFormat(text, Locale.ENGLISH)
                .format(finding.arguments().toArray());
    }
}
