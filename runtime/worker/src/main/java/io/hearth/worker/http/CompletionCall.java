package io.hearth.worker.http;

import java.util.List;

/** A request to {@code /v1/completions}: one answer for each prompt. */
record CompletionCall(CallOptions options, List<Prompt> prompts) {
    sealed interface Prompt {}

    record Text(String text) implements Prompt {}

    record Tokens(int[] ids) implements Prompt {}
}
