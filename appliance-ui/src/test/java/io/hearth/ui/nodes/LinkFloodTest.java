package io.hearth.ui.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import org.junit.jupiter.api.Test;

class LinkFloodTest {
    private int closed;

    private final Link link = new Link(
            "node-1",
            new Link.Wire() {
                @Override
                public void send(String text) {}

                @Override
                public void close() {
                    closed++;
                }

                @Override
                public boolean congested() {
                    return false;
                }

                @Override
                public void pause() {}

                @Override
                public void resume() {}

                @Override
                public String remoteHost() {
                    return "127.0.0.1";
                }
            },
            Clock.systemUTC());

    @Test
    void whoFloodsIsCutOffOnceAndNotForEveryMessageThatIsStillOnItsWay() {
        for (int i = 0; i < 3 * Link.FLOOD_MESSAGES; i++) {
            link.offer("{}");
        }
        assertThat(closed).isEqualTo(1);
    }

    @Test
    void nonsenseDoesNotFillTheLog() {
        int lines = 0;
        for (int i = 0; i < 1_000; i++) {
            lines += link.complain() ? 1 : 0;
        }
        assertThat(lines).isEqualTo(5);
    }
}
