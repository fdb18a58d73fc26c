package io.hearth.device.cuda.nccl;

import io.hearth.device.ExchangeLink;
import io.hearth.device.cuda.driver.Event;

/** A mark of the driver's, for the watch. */
record StreamMark(Event event) implements ExchangeLink.Mark {
    @Override
    public void record() {
        event.record();
    }

    @Override
    public boolean isReached() {
        return event.isReached();
    }

    @Override
    public void close() {
        event.close();
    }
}
