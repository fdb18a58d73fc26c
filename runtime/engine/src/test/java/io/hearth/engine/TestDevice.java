package io.hearth.engine;

import io.hearth.device.Device;
import io.hearth.device.Devices;

/** The device that tests run on: {@code cpu:0}, or what the property {@code hearth.test.device} says. */
public final class TestDevice {
    private TestDevice() {}

    public static String id() {
        return System.getProperty("hearth.test.device", "cpu:0");
    }

    public static Device open() {
        return Devices.open(id());
    }
}
