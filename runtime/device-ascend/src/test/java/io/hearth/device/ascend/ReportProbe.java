package io.hearth.device.ascend;

import io.hearth.device.Devices;

/** Prints what the doctor says of the libraries on this machine. */
final class ReportProbe {
    private ReportProbe() {}

    public static void main(String[] arguments) {
        Devices.report().forEach(System.out::println);
        System.out.println("unharmed");
    }
}
