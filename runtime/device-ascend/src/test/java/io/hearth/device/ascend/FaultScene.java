package io.hearth.device.ascend;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.DeviceException;
import io.hearth.device.Devices;
import io.hearth.device.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Uses a card in one of several ways, and prints the sentence with which that ended. */
final class FaultScene {
    private FaultScene() {}

    public static void main(String[] arguments) {
        try (Device device = Devices.open("ascend:0")) {
            switch (arguments[0]) {
                case "allocate" -> allocate(device);
                case "compute" -> {
                    add(device);
                    device.synchronize();
                }
                case "download" -> download(device, add(device));
                case "endless" -> {
                    while (true) {
                        add(device);
                        device.synchronize();
                    }
                }
                default -> throw new IllegalArgumentException(arguments[0]);
            }
            System.out.println("nothing happened");
        } catch (DeviceException e) {
            System.out.println(e.getMessage());
        }
        System.out.println("unharmed");
    }

    private static void allocate(Device device) {
        try {
            device.allocate(1L << 30);
        } catch (DeviceException e) {
            System.out.println(e.getMessage());
        }
        add(device);
        device.synchronize();
        System.out.println("works again");
    }

    private static Tensor add(Device device) {
        Tensor x = device.allocate(DType.F32, 4);
        device.kernels().axpy(1, x, device.allocate(DType.F32, 4));
        return x;
    }

    private static void download(Device device, Tensor tensor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(tensor.bytes());
            device.download(tensor, target);
        }
    }
}
