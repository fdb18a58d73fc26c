package io.hearth.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;

class SshKeyTest {
    static final String GOOD =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFjRvKeZSenFibnH/TOahG+QxscpqFBXG4sQl1QnWIjX admin@house";
    private static final String CURVE =
            "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBPM4oNOFAr/UGL/MXdmK89T5322kqbGoxLhY8Uuz//x3wgwkf5Z8G4iZ4nDaAE3SAUg3bWqHpOKTDZ/EZbSUpHU= x";
    private static final String SHORT_RSA = "ssh-rsa "
            + "AAAAB3NzaC1yc2EAAAADAQABAAABAQCqnuIYrV0LiENWBu8jAI1/kck27NdC7BKjjx7yEjB66tSLBMTHZ+VXut2WpGkFdk4o3HxnRmp1KZH5BLvrdudNmRBf"
            + "Sg+7Gm/Oj27c80BMFDCL1LX3pdn03BfXuu2Pe4Z3mSnLj6feYU7blCxIWsB8SbWjzeE0uol6N7OqoZpS6wxNOm5pr1lIungeFQEMOEp0Hyl9dAB7GY4OHAwX"
            + "qu64QtFj4fXmj1sozrDNu4Ygtnl3jCvSKxe+Fw72zKbSZPY97xq048fC7X4vQZRfIWQ5QR4lch4eEpSo1aXHu9hUzMUhUTiogdAL6M1TgpLmhA/WP3FuO3s8aut8K5xR4Un/";

    @Test
    void takesWhatSshKeygenWrites() {
        assertThat(SshKey.wrong(GOOD)).isNull();
        assertThat(SshKey.wrong(CURVE)).isNull();
        assertThat(SshKey.wrong(GOOD.substring(0, GOOD.lastIndexOf(' ')))).isNull();
    }

    @Test
    void saysWhatIsWrongWithAKey() {
        assertThat(SshKey.wrong(SHORT_RSA)).contains("2048 bits", "3072");
        assertThat(SshKey.wrong(GOOD.substring(0, 60))).contains("not whole");
        assertThat(SshKey.wrong(GOOD.replace("ssh-ed25519 ", "ssh-rsa "))).contains("not whole");
        assertThat(SshKey.wrong("command=\"reboot\" " + GOOD)).contains("no public key");
        assertThat(SshKey.wrong(GOOD + "\n" + CURVE)).contains("no public key");
        assertThat(SshKey.wrong("ssh-dss AAAA")).contains("no public key");
        assertThat(SshKey.wrong("")).contains("no public key");
    }

    @Test
    void aPrivateKeyIsNotRepeatedAnywhere() {
        String text = """
                version: 1
                role: first
                disk: {transport: nvme}
                ssh-keys:
                  - |
                    -----BEGIN OPENSSH PRIVATE KEY-----
                    c2VjcmV0LXNlY3JldA==
                    -----END OPENSSH PRIVATE KEY-----
                """;
        Mistakes mistakes = catchThrowableOfType(Mistakes.class, () -> ProvisionFile.parse(text));
        assertThat(mistakes.sentences())
                .singleElement()
                .asString()
                .startsWith("line 5: This is a private key")
                .doesNotContain("c2VjcmV0");
    }
}
