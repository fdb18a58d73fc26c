package io.hearth.device.ascend.cann;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AclStatusTest {
    @Test
    void aCardThatFailedWhileItWorkedIsToldFromOneThatCannotDoWhatIsAsked() {
        for (int code :
                new int[] {107019, 107020, 507010, 507014, 507015, 507018, 507035, 507046, 507053, 507054, 507899}) {
            assertThat(new AclException(code, "finish", null).isFault())
                    .as("%d", code)
                    .isTrue();
        }
        for (int code : new int[] {107002, 161002, 207001, 207018, 561003}) {
            assertThat(new AclException(code, "begin", null).isFault())
                    .as("%d", code)
                    .isFalse();
        }
    }
}
