package io.hearth.engine.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Keeps everything that a generation gives out. */
class Collector implements GenerationListener {
    final List<Integer> tokens = new ArrayList<>();
    final StringBuilder text = new StringBuilder();
    private final CompletableFuture<Ending> end = new CompletableFuture<>();

    @Override
    public void onToken(int token) {
        tokens.add(token);
    }

    @Override
    public void onText(String piece) {
        text.append(piece);
    }

    @Override
    public void onEnd(Ending ending) {
        assertThat(end.complete(ending)).as("a generation ends once").isTrue();
    }

    Ending ending() throws Exception {
        return end.get(60, TimeUnit.SECONDS);
    }

    int[] tokenArray() {
        return tokens.stream().mapToInt(Integer::intValue).toArray();
    }
}
