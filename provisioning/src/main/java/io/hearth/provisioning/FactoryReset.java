package io.hearth.provisioning;

import java.util.ArrayList;
import java.util.List;

/** Whether a file's order to erase is meant for this machine: all that it says must hold, or nothing is erased. */
final class FactoryReset {
    private FactoryReset() {}

    /** An installation writes a whole disk anew; who orders a reset means a machine that is there. */
    static void mustNotBeIn(ProvisionFile file) throws Mistakes {
        if (file.has("/factory-reset")) {
            throw new Mistakes("line " + file.line("/factory-reset")
                    + ": \"factory-reset\" is for a machine that is installed: start it from its own disk, with this stick. To"
                    + " install from the medium, take \"factory-reset\" out.");
        }
    }

    /**
     * The order is for the machine that asks.
     *
     * @param name what it is called now
     * @param device the disk that its data lie on
     * @param encrypted whether they are
     * @throws Mistakes with all that does not fit
     */
    static void mustBeFor(ProvisionFile file, String name, List<Disk> disks, String device, boolean encrypted)
            throws Mistakes {
        List<String> wrong = new ArrayList<>();
        if (!file.has("/factory-reset")) {
            throw new Mistakes("The file orders no factory reset.");
        }
        String meant = file.text("/factory-reset/hostname");
        if (!meant.equals(name)) {
            wrong.add("line " + file.line("/factory-reset/hostname") + ": the order is for the machine " + meant
                    + "; this one is called " + name + ".");
        }
        Disk disk = disks.stream()
                .filter(one -> one.path().equals(device))
                .findAny()
                .orElseThrow(() -> new Mistakes("The disk " + device + " of this machine is not found."));
        String other = disk.otherThan(file);
        if (!other.isEmpty()) {
            wrong.add("line " + file.line("/disk") + ": the disk of this machine, " + disk.words()
                    + ", does not fit the rules of \"disk\": " + other + ".");
        }
        if (encrypted && !"tpm".equals(file.text("/encryption"))) {
            wrong.add(
                    "line " + file.line("/factory-reset")
                            + ": the data of this machine are encrypted, and would not be any more. Write \"encryption: tpm\".");
        }
        if (!wrong.isEmpty()) {
            throw new Mistakes(wrong);
        }
    }
}
