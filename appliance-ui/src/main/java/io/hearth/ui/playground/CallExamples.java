package io.hearth.ui.playground;

import io.hearth.ui.core.Json;
import java.util.List;

/** A request as code for an application's developer to take along. */
public final class CallExamples {
    /** A first request. */
    public static ChatRequest hello(String model) {
        return new ChatRequest(model, List.of(new ChatRequest.Message("user", "Hello")), null, null, null, null, null);
    }

    /** For a shell. */
    public static String curl(String origin, String key, ChatRequest request) {
        // A single quote ends the shell's text, is written by itself, and begins it again.
        return "curl " + origin + "/v1/chat/completions \\\n"
                + "  --cacert hearth-authority.crt \\\n"
                + "  -H 'Authorization: Bearer " + key + "' \\\n"
                + "  -H 'Content-Type: application/json' \\\n"
                + "  -d '" + request.json().replace("'", "'\\''") + "'";
    }

    /** For Python with the package {@code openai}. */
    public static String python(String origin, String key, ChatRequest request) {
        StringBuilder code = new StringBuilder();
        code.append("import httpx\nfrom openai import OpenAI\n\n")
                .append("client = OpenAI(\n    base_url=")
                .append(quoted(origin + "/v1"))
                .append(",\n    api_key=")
                .append(quoted(key))
                .append(",\n    http_client=httpx.Client(verify=\"hearth-authority.crt\"),\n)\n")
                .append("answer = client.chat.completions.create(\n    model=")
                .append(quoted(request.model()))
                .append(",\n    messages=[\n");
        for (ChatRequest.Message message : request.messages()) {
            code.append("        {\"role\": ")
                    .append(quoted(message.role()))
                    .append(", \"content\": ")
                    .append(quoted(message.content()))
                    .append("},\n");
        }
        code.append("    ],\n");
        option(code, "temperature", request.temperature());
        option(code, "top_p", request.topP());
        option(code, "max_tokens", request.maxTokens());
        option(code, "seed", request.seed());
        return code.append(")\nprint(answer.choices[0].message.content)").toString();
    }

    private static void option(StringBuilder code, String name, Object value) {
        if (value != null) {
            code.append("    ").append(name).append('=').append(value).append(",\n");
        }
    }

    /** For Java without any library. */
    public static String java(String origin, String key, ChatRequest request) {
        return """
                // java -Djavax.net.ssl.trustStore=hearth.p12 Call.java
                import java.net.URI;
                import java.net.http.*;

                class Call {
                    public static void main(String[] args) throws Exception {
                        String body = %s;
                        HttpRequest request = HttpRequest.newBuilder(URI.create(%s))
                                .header("Authorization", %s)
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build();
                        System.out.println(HttpClient.newHttpClient()
                                .send(request, HttpResponse.BodyHandlers.ofString())
                                .body());
                    }
                }""".formatted(quoted(request.json()), quoted(origin + "/v1/chat/completions"), quoted("Bearer " + key));
    }

    /** A text as a literal; JSON's literals are also those of Python and Java, for what JSON writes. */
    private static String quoted(String text) {
        return Json.write(text);
    }

    private CallExamples() {}
}
