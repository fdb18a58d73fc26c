package io.hearth.ui.system;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is wrong is said beside the field that it stands in. */
class NetworkRulesTest {
    @Test
    void nothingIsWrongWithWhatProvisionYamlTakes() {
        assertThat(wrong(MachineFacts.NetworkWish.DHCP)).isEmpty();
        assertThat(wrong(wish("eno1", "", "", "7", "10.0.0.5/24, fd00::5/64", "10.0.0.1", "10.0.0.2")))
                .isEmpty();
        assertThat(wrong(wish("", "eno1, eno2", "802.3ad", "", "10.0.0.5/24", "", "")))
                .isEmpty();
    }

    @Test
    void eachMistakeStandsBesideItsField() {
        assertThat(wrong(wish("", "", "", "", "10.0.0.5/24", "", ""))).isEqualTo("[interface which]");
        assertThat(wrong(wish("eno 1", "", "", "", "", "", ""))).isEqualTo("[interface interface]");
        assertThat(wrong(wish("eno1", "eno1 eno2", "802.3ad", "", "", "", ""))).isEqualTo("[interface either]");
        assertThat(wrong(wish("", "eno1", "", "", "", "", ""))).isEqualTo("[bond members, mode mode]");
        assertThat(wrong(wish("", "eno1 eno1", "802.3ad", "", "", "", ""))).isEqualTo("[bond twice]");
        assertThat(wrong(wish("eno1", "", "", "4095", "", "", ""))).isEqualTo("[vlan vlan]");
        assertThat(wrong(wish("eno1", "", "", "", "10.0.0.5", "", ""))).isEqualTo("[addresses address]");
        assertThat(wrong(wish("eno1", "", "", "", "10.0.0.5/24", "10.0.1.1", "")))
                .isEqualTo("[gateway gateway-away]");
        assertThat(wrong(wish("eno1", "", "", "", "10.0.0.5/24", "router", ""))).isEqualTo("[gateway plain]");
        assertThat(wrong(wish("", "", "", "", "", "10.0.0.1", ""))).isEqualTo("[gateway gateway-alone]");
        assertThat(wrong(wish("", "", "", "", "", "", "dns.example"))).isEqualTo("[dns plain]");
    }

    private static MachineFacts.NetworkWish wish(String... fields) {
        return new MachineFacts.NetworkWish(
                fields[0], fields[1], fields[2], fields[3], fields[4], fields[5], fields[6]);
    }

    private static String wrong(MachineFacts.NetworkWish wish) {
        var broken = NetworkRules.brokenBy(wish.plain());
        return broken.isEmpty()
                ? ""
                : broken.entrySet().stream()
                        .map(one ->
                                one.getKey() + one.getValue().key().replaceFirst("system\\.network\\.wrong\\.", " "))
                        .sorted()
                        .toList()
                        .toString();
    }
}
