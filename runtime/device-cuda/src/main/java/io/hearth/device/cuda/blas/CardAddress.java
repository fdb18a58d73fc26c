package io.hearth.device.cuda.blas;

import org.bytedeco.javacpp.Pointer;

/** An address on the card as the presets take it; one object serves all calls. */
final class CardAddress extends Pointer {
    CardAddress at(long address) {
        this.address = address;
        return this;
    }
}
