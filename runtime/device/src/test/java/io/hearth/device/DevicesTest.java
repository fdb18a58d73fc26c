package io.hearth.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DevicesTest {
    @Test
    void aDeviceThatIsNotThereIsNamed() {
        assertThat(Devices.discover().cards()).isEmpty();
        assertThatThrownBy(() -> Devices.open("cuda:3"))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("cuda:3");
    }
}
