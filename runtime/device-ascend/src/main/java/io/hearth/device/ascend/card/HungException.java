package io.hearth.device.ascend.card;

import io.hearth.device.DeviceException;

/** A card has not finished its work in time. */
final class HungException extends DeviceException {
    private static final long serialVersionUID = 1L;

    HungException(String message) {
        super(message);
    }

    @Override
    public boolean isFault() {
        return true;
    }
}
