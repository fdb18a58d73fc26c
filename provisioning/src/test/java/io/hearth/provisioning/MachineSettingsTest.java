package io.hearth.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineSettingsTest {
    @TempDir
    Path folder;

    private void write(String text) throws Exception {
        ProvisionFile file = ProvisionFile.parse("version: 1\ndisk: {transport: nvme}\n" + text);
        MachineSettings.write(file, StickFiles.read(file, folder, Clock.systemUTC()), folder);
    }

    @Test
    void aFurtherNodeKnowsWhomToJoinAndKeepsItsCodeToItself() throws Exception {
        write(
                "role: node\ncontrol-plane: https://10.0.0.5:8444\njoin-code: ABCDE-FGHJK.0123456789abcdef0123\nhostname: box-2\n");
        assertThat(folder.resolve("role")).hasContent("node");
        assertThat(folder.resolve("agent.env"))
                .content()
                .contains("HEARTH_AGENT_CONTROL=https://10.0.0.5:8444", "HEARTH_AGENT_NAME=box-2");
        assertThat(folder.resolve("join-code")).hasContent("ABCDE-FGHJK.0123456789abcdef0123");
        assertThat(Files.getPosixFilePermissions(folder.resolve("join-code")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(folder.resolve("nodes-may-join")).doesNotExist();
    }

    @Test
    void encryptionAndKeysAreOffUnlessAskedFor() throws Exception {
        write("role: first\n");
        assertThat(folder.resolve("encryption")).hasContent("none");
        assertThat(folder.resolve("ssh")).doesNotExist();
        write("role: first\nencryption: tpm\nssh-keys: [" + SshKeyTest.GOOD + "]\n");
        assertThat(folder.resolve("encryption")).hasContent("tpm");
        assertThat(folder.resolve("ssh/authorized_keys")).hasContent(SshKeyTest.GOOD);
        assertThat(Files.getPosixFilePermissions(folder.resolve("ssh/authorized_keys")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void aBondBelowAVlanBelowAnAddress() throws Exception {
        write("""
                role: first
                network:
                  bond: {interfaces: [eno1, eno2], mode: 802.3ad}
                  vlan: 20
                  addresses: [10.0.20.5/24, "2001:db8::5/64"]
                  gateway: 10.0.20.1
                """);
        assertThat(folder.resolve("network/10-bond.netdev")).content().contains("Kind=bond", "Mode=802.3ad");
        assertThat(folder.resolve("network/11-bond-members.network"))
                .content()
                .contains("Name=eno1 eno2", "Bond=bond0");
        assertThat(folder.resolve("network/12-vlan.netdev")).content().contains("Name=vlan20", "Id=20");
        assertThat(folder.resolve("network/13-base.network")).content().contains("Name=bond0", "VLAN=vlan20");
        assertThat(folder.resolve("network/14-hearth.network"))
                .content()
                .contains("Name=vlan20", "Address=10.0.20.5/24", "Address=2001:db8::5/64", "Gateway=10.0.20.1")
                .doesNotContain("DHCP");
    }
}
