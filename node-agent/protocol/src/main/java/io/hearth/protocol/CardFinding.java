package io.hearth.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * Something that is wrong with a card, or worth knowing of it, and what to do. Pages say it in their reader's language by its code
 * and arguments ({@link FindingTexts}); whoever does not know the code has the English words.
 *
 * @param code names it, such as {@code xid.79} or {@code hot}
 * @param level how bad it is
 * @param origin where it usually comes from
 * @param action what to do next
 * @param arguments values for its texts
 * @param words what it means, in English
 * @param remedy what to do, in English
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CardFinding(
        String code, Level level, Origin origin, Action action, List<String> arguments, String words, String remedy) {
    /** How bad it is. */
    public enum Level {
        /** Good to know; nothing is wrong. */
        @JsonProperty("note")
        NOTE,
        /** The card works, but worse than it should, or not for long. */
        @JsonProperty("warning")
        WARNING,
        /** The card does not work, or what it computes cannot be relied on. */
        @JsonProperty("fault")
        FAULT
    }

    /** Where it usually comes from. */
    public enum Origin {
        /** The program that ran on the card. */
        @JsonProperty("application")
        APPLICATION,
        /** The driver, or the firmware that comes with it. */
        @JsonProperty("driver")
        DRIVER,
        /** The card itself. */
        @JsonProperty("card")
        CARD,
        /** What connects the card: slot, cable, NVLink. */
        @JsonProperty("bus")
        BUS,
        /** Cooling or power supply of the machine. */
        @JsonProperty("surroundings")
        SURROUNDINGS,
        /** Not known, or any of these. */
        @JsonProperty("unknown")
        UNKNOWN
    }

    /** What to do next. Each has a text in {@link FindingTexts}; a code may have its own. */
    public enum Action {
        @JsonProperty("none")
        NONE,
        @JsonProperty("restart-worker")
        RESTART_WORKER,
        @JsonProperty("reset")
        RESET,
        @JsonProperty("reboot")
        REBOOT,
        @JsonProperty("reseat")
        RESEAT,
        @JsonProperty("cool")
        COOL,
        @JsonProperty("power")
        POWER,
        @JsonProperty("replace")
        REPLACE,
        @JsonProperty("end-process")
        END_PROCESS,
        @JsonProperty("look")
        LOOK;

        /** Its name in keys of texts. */
        public String key() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    /** A finding with its English words. */
    public static CardFinding of(String code, Level level, Origin origin, Action action, Object... arguments) {
        List<String> texts =
                java.util.Arrays.stream(arguments).map(String::valueOf).toList();
        CardFinding bare = new CardFinding(code, level, origin, action, texts, null, null);
        return new CardFinding(
                code, level, origin, action, texts, FindingTexts.english(bare), FindingTexts.englishRemedy(bare));
    }

    /** Whether the card should get no work until somebody has seen to it. */
    public boolean stopsWork() {
        return level == Level.FAULT
                && (action == Action.RESET
                        || action == Action.REBOOT
                        || action == Action.RESEAT
                        || action == Action.REPLACE);
    }
}
