package io.hearth.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskTest {
    @TempDir
    Path folder;

    private List<Disk> disks;

    /** What lsblk of util-linux 2.41 writes, for a machine with four disks and a stick. */
    @BeforeEach
    void look() throws Exception {
        Path file = Files.writeString(folder.resolve("disks.json"), """
                {"blockdevices": [
                 {"path":"/dev/sda","type":"disk","size":31000000000,"model":"Stick","serial":"1","tran":"usb","rm":true,"ro":false,"mountpoints":[null],"partlabel":null,"fstype":null},
                 {"path":"/dev/nvme0n1","type":"disk","size":960197124096,"model":"FAST 960","serial":"S-1","tran":"nvme","rm":false,"ro":false,"mountpoints":[null],"partlabel":null,"fstype":null},
                 {"path":"/dev/nvme1n1","type":"disk","size":3840755982336,"model":"FAST 3840","serial":"S-2","tran":"nvme","rm":false,"ro":false,"mountpoints":[null],"partlabel":null,"fstype":null,
                  "children":[{"path":"/dev/nvme1n1p1","type":"part","size":1000,"partlabel":"data","mountpoints":[null],"fstype":"ext4"}]},
                 {"path":"/dev/nvme2n1","type":"disk","size":3840755982336,"model":"FAST 3840","serial":"S-3","tran":"nvme","rm":false,"ro":false,"mountpoints":[null],"partlabel":null,"fstype":null,
                  "children":[{"path":"/dev/nvme2n1p1","type":"part","size":1000,"partlabel":"hearth-unfinished","mountpoints":[null],"fstype":null}]},
                 {"path":"/dev/sdb","type":"disk","size":480103981056,"model":"SLOW","serial":"S-4","tran":"sata","rm":false,"ro":false,"mountpoints":["/run/x"],"partlabel":null,"fstype":"xfs"},
                 {"path":"/dev/loop0","type":"loop","size":351158272,"model":null,"serial":null,"tran":null,"rm":false,"ro":true,"mountpoints":["/"],"partlabel":null,"fstype":null}
                ]}
                """);
        disks = Disk.read(file);
    }

    private Disk choose(String rules) throws Mistakes {
        return choose(rules, 0);
    }

    private Disk choose(String rules, long imports) throws Mistakes {
        return Disk.choose(ProvisionFile.parse("version: 1\nrole: first\ndisk: {" + rules + "}\n"), imports, disks);
    }

    @Test
    void theSmallestThatFitsIsTaken() throws Exception {
        assertThat(choose("transport: nvme").path()).isEqualTo("/dev/nvme0n1");
        assertThat(choose("model: FAST 3840").path()).isEqualTo("/dev/nvme2n1");
        assertThat(choose("serial: S-2, wipe: true").path()).isEqualTo("/dev/nvme1n1");
    }

    @Test
    void aDiskThatHoldsSomethingIsNeverTakenUnasked() {
        assertThatThrownBy(() -> choose("serial: S-2"))
                .isInstanceOf(Mistakes.class)
                .hasMessageContaining(
                        "/dev/nvme1n1 (3.8 TB, FAST 3840): it holds 1 partitions, and \"wipe\" is not true");
    }

    @Test
    void whatAnInterruptedInstallationHasLeftMayBeWrittenAgain() throws Exception {
        assertThat(choose("serial: S-3").path()).isEqualTo("/dev/nvme2n1");
    }

    @Test
    void whatIsImportedMustFitAsWell() throws Exception {
        assertThat(choose("model: FAST 3840", 3_000_000_000_000L).path()).isEqualTo("/dev/nvme2n1");
        assertThatThrownBy(() -> choose("model: FAST 3840", 3_500_000_000_000L))
                .hasMessageContaining("which need 3.9 TB");
    }

    @Test
    void twoThatAreAlikeAreNotGuessedBetween() {
        assertThatThrownBy(() -> choose("model: FAST 3840, wipe: true"))
                .isInstanceOf(Mistakes.class)
                .hasMessageContaining("fit the rules")
                .hasMessageContaining("serial number");
    }

    @Test
    void sticksAndDisksInUseAreNeverTaken() {
        assertThatThrownBy(() -> choose("max-size: 50GB, wipe: true")).hasMessageContaining("it can be pulled out");
        assertThatThrownBy(() -> choose("transport: sata, wipe: true")).hasMessageContaining("it is in use at /run/x");
    }
}
