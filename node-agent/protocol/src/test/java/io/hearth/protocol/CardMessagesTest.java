package io.hearth.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Agents and control planes of different releases understand each other's cards. */
class CardMessagesTest {
    private static final CardFinding FINDING =
            CardFinding.of("xid.79", CardFinding.Level.FAULT, CardFinding.Origin.BUS, CardFinding.Action.REBOOT);

    @Test
    void cardsOfAnAgentThatKnowsNoDetailsAreRead() {
        CardInfo info = Protocol.read("""
                {"id":"cpu:0","vendor":"cpu","model":"P","memoryBytes":5,"shared":true,"driver":null,
                 "provenOnHardware":true}""", CardInfo.class);
        assertThat(info).isEqualTo(new CardInfo("cpu:0", "cpu", "P", 5, true, null, true));
        assertThat(info.refusal()).isNull();
        CardSample sample = Protocol.read("""
                {"card":"cpu:0","utilisation":0.5,"memoryUsedBytes":1,"memoryTotalBytes":5,"temperatureCelsius":null,
                 "powerWatts":null,"clockMegahertz":null,"errors":[],"processes":[]}""", CardSample.class);
        assertThat(sample).isEqualTo(new CardSample("cpu:0", 0.5, 1L, 5L, null, null, null, List.of(), List.of()));
        assertThat(sample.findings()).isNull();
    }

    @Test
    void whatACardTellsComesThroughWhole() {
        CardDetail detail = new CardDetail(
                0.25,
                80.0,
                700.0,
                123_456_789_012L,
                new CardDetail.Clocks(1755, 1980, 2619, 2619),
                List.of("power-limit"),
                new CardDetail.Ecc(1L, 0L, 12L, 3L),
                new CardDetail.Rows(1L, 0L, true, false),
                List.of(new CardDetail.Link(0, true, 1L, 2L, 3L), new CardDetail.Link(1, false, null, null, null)),
                new CardDetail.Pcie(5, 5, 16, 16, 1e9, 2e9, 7L),
                new CardDetail.Mig(false, false, List.of()),
                true,
                new CardDetail.Units(0.9, 0.4),
                "14036E64-00E04F1D");
        FromNode.Cards cards = new FromNode.Cards(
                List.of(new CardInfo("cuda:0", "nvidia", "H", 80L << 30, false, "580", false, "0000:3b:00.0", FINDING)),
                List.of(new CardIncident("i-1", "cuda:0", 5, 6, 2, FINDING)));
        assertThat(Protocol.read(Protocol.write(cards), FromNode.class)).isEqualTo(cards);
        CardSample sample = new CardSample(
                "cuda:0", 0.9, 5L, 9L, 71.0, 650.0, 1755.0, List.of(), List.of(), detail, List.of(FINDING));
        assertThat(Protocol.read(Protocol.write(sample), CardSample.class)).isEqualTo(sample);
        assertThat(Protocol.write(new CardDetail(
                        null, null, null, null, null, null, null, null, null, null, null, null, null, null)))
                .isEqualTo("{}");
    }
}
