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
     */
    record Discovery(List<DeviceInfo> cards, List<String> refusals) {}
}
