package io.hearth.worker.http;

import io.hearth.engine.serve.TokenText;
import java.util.List;
import java.util.Map;

/** Text to the model's tokens and back. Used by several threads at once. */
interface TextCodec {
    /**
     * The prompt of a conversation, up to the opening of the assistant's turn.
     *
     * @param tools function definitions, or null
     * @param variables further variables of the chat template
     * @throws io.hearth.text.TextException with a sentence for the client if the template refuses it or there is none
     */
    int[] encodeChat(List<Map<String, Object>> messages, List<Object> tools, Map<String, Object> variables);

    /** The tokens of a plain text that begins a document. */
    int[] encodeText(String text);

    /** Turns one answer's tokens into text. */
    TokenText decoder();
}
