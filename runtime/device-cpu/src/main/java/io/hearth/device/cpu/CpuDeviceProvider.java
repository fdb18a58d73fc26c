package io.hearth.device.cpu;

import io.hearth.device.Device;
import io.hearth.device.DeviceException;
import io.hearth.device.DeviceProvider;
import java.util.List;

/** Offers the host as the one device of its kind. */
public final class CpuDeviceProvider implements DeviceProvider {
    @Override
    public String kind() {
        return "cpu";
    }

    @Override
    public Discovery discover() {
        return new Discovery(List.of(open(0).info()), List.of());
    }

    @Override
    public Device open(int index) {
        if (index != 0) {
            throw new DeviceException("There is no device \"cpu:" + index + "\": the host is the one device cpu:0.");
        }
        return new CpuDevice();
    }
}
