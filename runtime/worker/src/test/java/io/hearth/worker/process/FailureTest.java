package io.hearth.worker.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.contract.Event;
import io.hearth.contract.ExitCode;
import io.hearth.device.DeviceException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailureTest {
    private static final String HANGS = "The card hangs.";

    @Test
    void aCardThatFailedIsAFaultAfterWhichWorkMayGoOn() {
        DeviceException fault = new DeviceException(HANGS) {
            private static final long serialVersionUID = 1L;

            @Override
            public boolean isFault() {
                return true;
            }
        };
        assertThat(Failure.of(fault)).isEqualTo(new Failure(ExitCode.FAULT, HANGS));
        List<Event> said = new ArrayList<>();
        assertThat(Failure.caught(said::add, () -> {
                    throw fault;
                }))
                .isEqualTo(ExitCode.FAULT);
        assertThat(said).containsExactly(new Event.Failed(HANGS));
    }

    @Test
    void aCardThatCannotDoWhatIsAskedIsAMistake() {
        assertThat(Failure.of(new DeviceException("Too little memory.")))
                .isEqualTo(new Failure(ExitCode.USAGE, "Too little memory."));
    }

    @Test
    void whatIsNotForeseenIsAFaultOfOurs() {
        assertThat(Failure.of(new IllegalStateException("odd\nmore")).sentence())
                .isEqualTo("A fault in Hearth stopped the work: IllegalStateException: odd. The log has the details.");
    }
}
