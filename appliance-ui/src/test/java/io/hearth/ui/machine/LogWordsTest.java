package io.hearth.ui.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.ui.core.Sentence;
import org.junit.jupiter.api.Test;

class LogWordsTest {
    @Test
    void theCauseIsTheLastLineIfThereIsOne() {
        assertThat(LogWords.cause("the control plane does not answer: Port 443 cannot be used"))
                .isEqualTo(Sentence.of("machine.cause.control-plane", "Port 443 cannot be used"));
    }

    /** As a control plane that hangs from its first moment leaves it. */
    @Test
    void aControlPlaneThatWroteNothingIsSaidToHaveWrittenNothing() {
        Sentence silent = Sentence.of("machine.cause.control-plane.silent");
        assertThat(LogWords.cause("the control plane does not answer: ")).isEqualTo(silent);
        assertThat(LogWords.cause("the control plane does not answer")).isEqualTo(silent);
    }
}
