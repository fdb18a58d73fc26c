package io.hearth.engine.serve;

import java.util.List;

/**
 * Finds stop strings in a text that comes in pieces.
 *
 * <p>The first stop string to be complete ends the text (the one that begins first, if several are complete with the same
 * character), however the text was cut into pieces. The end of the text that could still become a stop string is held
 * back until it is known, so that no part of a stop string is ever given out.
 */
public final class StopStrings {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean found;

    public StopStrings(List<String> stops) {
        if (stops.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("a stop string must not be empty");
        }
        this.stops = List.copyOf(stops);
    }

    /** Takes the next piece and returns the text that is safe to give out; may be empty. */
    public String accept(String piece) {
        if (found || piece.isEmpty()) {
            return "";
        }
        int seen = held.length();
        held.append(piece);
        for (int end = seen + 1; end <= held.length(); end++) {
            int begin = beginOfStopThatEndsAt(end);
            if (begin >= 0) {
                found = true;
                return takeAndClear(begin);
            }
        }
        return take(beginOfPossibleStop());
    }

    /** Whether a stop string was found; nothing more comes out then. */
    public boolean found() {
        return found;
    }

    /** The text that was held back and turned out to be no stop string: the text is over. */
    public String finish() {
        return found ? "" : takeAndClear(held.length());
    }

    private int beginOfStopThatEndsAt(int end) {
        int first = -1;
        for (String stop : stops) {
            int begin = end - stop.length();
            if (begin >= 0 && matches(begin, stop, stop.length()) && (first < 0 || begin < first)) {
                first = begin;
            }
        }
        return first;
    }

    /** Begin of the longest end of the held text with which a stop string begins. */
    private int beginOfPossibleStop() {
        int begin = held.length();
        for (String stop : stops) {
            for (int from = Math.max(0, held.length() - stop.length() + 1); from < begin; from++) {
                if (matches(from, stop, held.length() - from)) {
                    begin = from;
                }
            }
        }
        return begin;
    }

    private boolean matches(int begin, String stop, int length) {
        for (int i = 0; i < length; i++) {
            if (held.charAt(begin + i) != stop.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private String take(int length) {
        String text = held.substring(0, length);
        held.delete(0, length);
        return text;
    }

    private String takeAndClear(int length) {
        String text = held.substring(0, length);
        held.setLength(0);
        return text;
    }
}
