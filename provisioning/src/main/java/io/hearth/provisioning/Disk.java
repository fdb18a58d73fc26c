package io.hearth.provisioning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A disk of the machine, as {@code lsblk --json} tells it.
 *
 * @param path device
 * @param bytes size
 * @param model as the disk calls itself; empty if it does not
 * @param serial serial number; empty without one
 * @param transport nvme, sata, virtio ...; empty if unknown
 * @param content what is on it, in words; empty if nothing is, or only what an interrupted installation has left
 * @param used why it cannot be used at all; empty if it can
 */
record Disk(String path, long bytes, String model, String serial, String transport, String content, String used) {
    /** The first partition of a disk whose installation has not come to its end. */
    static final String UNFINISHED = "hearth-unfinished";

    /** @throws Mistakes if the list is not what lsblk writes */
    static List<Disk> read(Path lsblk) throws Mistakes, IOException {
        JsonNode devices = new ObjectMapper().readTree(lsblk.toFile()).path("blockdevices");
        if (!devices.isArray()) {
            throw new Mistakes("The list of disks is not what lsblk writes.");
        }
        List<Disk> disks = new ArrayList<>();
        for (JsonNode device : devices) {
            if (device.path("type").asText().equals("disk")
                    && device.path("size").asLong() > 0) {
                disks.add(of(device));
            }
        }
        return disks;
    }

    private static Disk of(JsonNode device) {
        List<String> labels = new ArrayList<>();
        List<String> mounted = new ArrayList<>();
        mounts(device, mounted);
        device.path("children").forEach(child -> {
            labels.add(child.path("partlabel").asText(""));
            mounts(child, mounted);
        });
        boolean ours = labels.contains(UNFINISHED);
        String content = "";
        if (device.path("children").size() > 0 && !ours) {
            content = device.path("children").size() + " partitions";
        } else if (!device.path("fstype").isMissingNode()
                && !device.path("fstype").isNull()) {
            content = "a file system (" + device.path("fstype").asText() + ")";
        }
        String used = "";
        if (!mounted.isEmpty()) {
            used = "it is in use at " + String.join(", ", mounted);
        } else if (device.path("ro").asBoolean()) {
            used = "it is read-only";
        } else if (device.path("rm").asBoolean()
                || device.path("tran").asText("").equals("usb")) {
            used = "it can be pulled out";
        }
        return new Disk(
                device.path("path").asText(),
                device.path("size").asLong(),
                device.path("model").asText("").strip(),
                device.path("serial").asText("").strip(),
                transport(device),
                content,
                used);
    }

    private static String transport(JsonNode device) {
        String transport = device.path("tran").asText("");
        if (transport.isEmpty() || transport.equals("null")) {
            return device.path("path").asText().startsWith("/dev/vd") ? "virtio" : "";
        }
        return transport;
    }

    private static void mounts(JsonNode device, List<String> mounted) {
        device.path("mountpoints").forEach(point -> {
            if (!point.isNull()) {
                mounted.add(point.asText());
            }
        });
    }

    /**
     * The disk that a file asks for.
     *
     * @param imports bytes that are copied onto it besides the systems
     * @throws Mistakes if none may be used, or it is not clear which; with what is there, and why not that
     */
    static Disk choose(ProvisionFile file, long imports, List<Disk> disks) throws Mistakes {
        List<String> reasons = new ArrayList<>();
        List<Disk> fitting = new ArrayList<>();
        for (Disk disk : disks) {
            String reason = disk.reasonAgainst(file, imports);
            if (reason.isEmpty()) {
                fitting.add(disk);
            } else {
                reasons.add(disk.words() + ": " + reason);
            }
        }
        fitting.sort(Comparator.comparingLong(Disk::bytes));
        if (fitting.isEmpty()) {
            throw new Mistakes("No disk may be used. "
                    + (reasons.isEmpty() ? "This machine has none." : String.join("; ", reasons) + "."));
        }
        if (fitting.size() > 1 && fitting.get(0).bytes() == fitting.get(1).bytes()) {
            throw new Mistakes(
                    "Both " + fitting.get(0).words() + " and " + fitting.get(1).words()
                            + " fit the rules of \"disk\". Add a serial number, so that it is clear which is meant.");
        }
        return fitting.getFirst();
    }

    private String reasonAgainst(ProvisionFile file, long imports) {
        if (!used.isEmpty()) {
            return used;
        } else if (!otherThan(file).isEmpty()) {
            return otherThan(file);
        } else if (bytes < need(file) + imports + imports / 10) {
            return "too small for two systems and data, which need " + Size.shown(need(file) + imports + imports / 10);
        } else if (!content.isEmpty() && !file.flag("/disk/wipe")) {
            return "it holds " + content + ", and \"wipe\" is not true";
        }
        return "";
    }

    /** Which rule of the file it does not fit; empty if it fits all. */
    String otherThan(ProvisionFile file) {
        if (file.has("/disk/path") && !file.text("/disk/path").equals(path)) {
            return "not the path asked for";
        } else if (file.has("/disk/model") && !model.contains(file.text("/disk/model"))) {
            return "not the model asked for";
        } else if (file.has("/disk/serial") && !serial.equals(file.text("/disk/serial"))) {
            return "not the serial number asked for";
        } else if (file.has("/disk/transport") && !transport.equals(file.text("/disk/transport"))) {
            return "not connected as asked for";
        } else if (file.has("/disk/min-size") && bytes < Size.bytes(file.text("/disk/min-size"))) {
            return "too small";
        } else if (file.has("/disk/max-size") && bytes > Size.bytes(file.text("/disk/max-size"))) {
            return "too large";
        }
        return "";
    }

    /** EFI partition, two slots, and something for data. */
    private static long need(ProvisionFile file) {
        return (2L << 30) + 2 * slot(file);
    }

    static long slot(ProvisionFile file) {
        return file.has("/disk/slot-size") ? Size.bytes(file.text("/disk/slot-size")) : Size.USUAL_SLOT;
    }

    String words() {
        return path + " (" + Size.shown(bytes) + (model.isEmpty() ? "" : ", " + model) + ")";
    }
}
