package io.hearth.worker.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.engine.serve.Ending;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import java.util.stream.Stream;

/** An answer that is sent when it is complete. */
final class WholeReply extends Reply {
    private final StringBuilder[] texts;
    private final Ending[] endings;
    private int running;

    WholeReply(Context context, HttpServerRequest request, AnswerFormat format, int choices) {
        super(context, request, format);
        this.texts = Stream.generate(StringBuilder::new).limit(choices).toArray(StringBuilder[]::new);
        this.endings = new Ending[choices];
        this.running = choices;
    }

    @Override
    void text(int choice, String text) {
        texts[choice].append(text);
    }

    @Override
    void completed(int choice, Ending ending) {
        endings[choice] = ending;
        if (--running > 0) {
            return;
        }
        ObjectNode body = format.whole();
        ArrayNode choices = body.putArray("choices");
        for (int i = 0; i < texts.length; i++) {
            choices.add(format.choice(i, texts[i].toString(), endings[i].reason()));
        }
        body.set("usage", usage());
        finish();
        Responses.json(response, 200, body);
    }

    @Override
    void fail(ApiException error) {
        Responses.error(response, error);
    }
}
