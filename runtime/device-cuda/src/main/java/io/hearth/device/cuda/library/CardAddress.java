package io.hearth.device.cuda.library;

import org.bytedeco.javacpp.Pointer;

/** An address on the card as the presets take it; one object serves all calls. */
public final class CardAddress extends Pointer {
    /** This object, now for another address. */
    public CardAddress at(long address) {
        this.address = address;
        return this;
    }
}
