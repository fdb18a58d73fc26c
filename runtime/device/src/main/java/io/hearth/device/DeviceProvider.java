package io.hearth.device;

import java.util.List;

/** A back end, found through {@link java.util.ServiceLoader}. Looking for cards never throws and never hurts. */
public interface DeviceProvider {
    /** The back end's name: {@code cpu}, {@code cuda}, {@code ascend}. */
    String kind();

    /** The cards that can be used now, and a sentence for each that cannot. */
    Discovery discover();

    /**
     * What a person who wants to know why a card is used as it is should see: versions, libraries, and what they lack. Lines,
     * none where there is nothing of this kind on the machine.
     */
    default List<String> report() {
        return List.of();
    }

    /**
     * Opens a card.
     *
     * @throws DeviceException with a sentence if it is not there or cannot be used
     */
    Device open(int index);

    /**
     * Result of a search for cards.
     *
     * @param cards cards that can be opened
     * @param refusals why others cannot: no driver, too old, busy
     * @param warnings what is amiss with those that can be opened
     */
    record Discovery(List<DeviceInfo> cards, List<String> refusals, List<Warning> warnings) {
        /** Nothing is amiss with these cards. */
        public Discovery(List<DeviceInfo> cards, List<String> refusals) {
            this(cards, refusals, List.of());
        }
    }

    /**
     * Something that is amiss with cards that can be used all the same.
     *
     * @param kind of the cards, see {@link DeviceInfo#kind}
     * @param sentence for a person, with what to do
     */
    record Warning(String kind, String sentence) {}
}
