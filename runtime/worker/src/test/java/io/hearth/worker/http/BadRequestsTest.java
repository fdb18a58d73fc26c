package io.hearth.worker.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every mistake of a client is a sentence in OpenAI's shape, and the server goes on. */
@Timeout(120)
class BadRequestsTest {
    private static final String GOOD_MESSAGES =
            "\"model\":\"base\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

    @TempDir
    static Path folder;

    private static RunningWorker worker;

    @BeforeAll
    static void start() throws Exception {
        worker = RunningWorker.start(TinyModel.write(folder.resolve("model"), "qwen2", TinyModel.CHATML), 64, 100);
    }

    @AfterAll
    static void stop() {
        worker.close();
    }

    /** Members are added to a good chat request; then status is 400, and param and words of the message are those given. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"temperature\":\"hot\"                | temperature    | must be a number, not a string",
                "\"temperature\":2.5                    | temperature    | between 0 and 2",
                "\"temperature\":1e999                  | temperature    | between 0 and 2",
                "\"top_p\":0                            | top_p          | above 0",
                "\"top_p\":-0.1                         | top_p          | between 0 and 1",
                "\"top_k\":1.5                          | top_k          | must be an integer",
                "\"min_p\":1                            | min_p          | below 1",
                "\"max_tokens\":0                       | max_tokens     | between 1 and",
                "\"max_tokens\":\"5\"                   | max_tokens     | must be an integer, not a string",
                "\"max_tokens\":99999999999             | max_tokens     | between 1 and",
                "\"max_completion_tokens\":-3           | max_completion_tokens | between 1 and",
                "\"seed\":\"x\"                         | seed           | must be an integer",
                "\"seed\":99999999999999999999          | seed           | between",
                "\"stop\":5                             | stop           | a string or a list of strings",
                "\"stop\":[\"a\",1]                     | stop           | a string or a list of strings",
                "\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"] | stop         | At most 4",
                "\"stop\":\"\"                          | stop           | between 1 and",
                "\"stop\":\"\\udc00\"                   | stop           | valid Unicode",
                "\"stream\":\"yes\"                     | stream         | true or false",
                "\"stream_options\":{}                  | stream_options | set stream to true",
                "\"stream\":true,\"stream_options\":[]  | stream_options | must be an object",
                "\"n\":2                                | n              | n must be 1",
                "\"n\":0                                | n              | between 1 and 128",
                "\"logprobs\":true                      | logprobs       | not supported",
                "\"top_logprobs\":3                     | top_logprobs   | not supported",
                "\"frequency_penalty\":0.5              | frequency_penalty | not supported",
                "\"presence_penalty\":1                 | presence_penalty | not supported",
                "\"repetition_penalty\":1.1             | repetition_penalty | not supported",
                "\"logit_bias\":{\"5\":1}               | logit_bias     | not supported",
                "\"response_format\":{\"type\":\"json_schema\"} | response_format | not supported",
                "\"response_format\":{\"type\":\"json_object\"} | response_format | not supported",
                "\"tool_choice\":\"required\"           | tool_choice    | not supported",
                "\"tool_choice\":{\"type\":\"function\"} | tool_choice   | not supported",
                "\"tools\":{}                           | tools          | must be a list",
                "\"tools\":[{\"type\":\"x\"}]           | tools[0]       | Tool 0 must be",
                "\"functions\":[]                       | functions      | not supported",
                "\"modalities\":[\"audio\"]             | modalities     | Only text",
                "\"chat_template_kwargs\":{\"messages\":1} | chat_template_kwargs | cannot be set"
            })
    void namesTheParameter(String members, String param, String words) throws Exception {
        HttpResponse<String> response = worker.post("/v1/chat/completions", "{" + GOOD_MESSAGES + "," + members + "}");

        JsonNode error = error(response, 400);
        assertThat(error.get("param").asText()).isEqualTo(param);
        assertThat(error.get("message").asText()).contains(words);
        assertThat(error.get("type").asText()).isEqualTo("invalid_request_error");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "null",
            value = {
                "{\"messages\":[]}                                       | model       | model is missing",
                "{\"model\":7,\"messages\":[]}                           | model       | must be a string",
                "{\"model\":\"base\"}                                    | messages    | messages is missing",
                "{\"model\":\"base\",\"messages\":[]}                    | messages    | empty",
                "{\"model\":\"base\",\"messages\":\"Hi\"}                | messages    | a list of messages",
                "{\"model\":\"base\",\"messages\":[\"Hi\"]}              | messages[0] | an object with role and content",
                "{\"model\":\"base\",\"messages\":[{\"role\":\"boss\",\"content\":\"\"}]} | messages[0].role | must be system",
                "{\"model\":\"base\",\"messages\":[{\"role\":\"user\"}]} | messages[0].content | has no",
                "{\"model\":\"base\",\"messages\":[{\"role\":\"user\",\"content\":5}]} | messages[0].content | a string or",
                "{\"model\":\"base\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]} | messages[0].content[0] | text only",
                "[]                                                      | null        | must be a JSON object",
                "{\"model\":\"base\"                                     | null        | close marker for Object (line 1",
                "{\"model\":\"base\",\"model\":\"base\"}                 | null        | Duplicate field",
                "{} {}                                                   | null        | something follows",
                "null                                                    | null        | must be a JSON object",
                "not json                                                | null        | not valid JSON"
            })
    void refusesBodiesThatAreNoChat(String body, String param, String words) throws Exception {
        JsonNode error = error(worker.post("/v1/chat/completions", body == null ? "null" : body), 400);

        assertThat(error.get("param").isNull() ? null : error.get("param").asText())
                .isEqualTo(param);
        assertThat(error.get("message").asText()).contains(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"x\":1                       | prompt   | prompt is missing",
                "\"prompt\":[]                 | prompt   | empty",
                "\"prompt\":\"\"               | prompt   | empty",
                "\"prompt\":{}                 | prompt   | a string, a list of strings",
                "\"prompt\":[\"a\",7]          | prompt   | a list of strings",
                "\"prompt\":[[]]               | prompt   | no tokens",
                "\"prompt\":[1,\"a\"]          | prompt   | a list of token ids",
                "\"prompt\":[1,-2]             | prompt   | a list of token ids",
                "\"prompt\":[160]              | prompt   | go from 0 to 159",
                "\"prompt\":\"a\",\"echo\":true | echo    | not supported",
                "\"prompt\":\"a\",\"suffix\":\"b\" | suffix | not supported",
                "\"prompt\":\"a\",\"logprobs\":0 | logprobs | not supported",
                "\"prompt\":\"a\",\"best_of\":3 | best_of | Only one answer"
            })
    void refusesBadCompletions(String members, String param, String words) throws Exception {
        JsonNode error = error(worker.post("/v1/completions", "{\"model\":\"base\"," + members + "}"), 400);

        assertThat(error.get("param").asText()).isEqualTo(param);
        assertThat(error.get("message").asText()).contains(words);
    }

    @Test
    void nullMeansAbsentAndUnknownMembersAreIgnored() throws Exception {
        HttpResponse<String> response = worker.post(
                "/v1/chat/completions",
                "{" + GOOD_MESSAGES + ",\"max_tokens\":2,\"temperature\":null,\"stop\":null,\"tools\":null,"
                        + "\"store\":true,\"something_new\":{\"a\":[1]},\"n\":1,\"frequency_penalty\":0}");

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    }

    @Test
    void anUnknownModelIsToldWhichThereAre() throws Exception {
        JsonNode error = error(worker.post("/v1/completions", "{\"model\":\"gpt\",\"prompt\":\"a\"}"), 404);

        assertThat(error.get("message").asText()).contains("\"gpt\"").contains("base, tuned");
        assertThat(error.get("code").asText()).isEqualTo("model_not_found");
    }

    @Test
    void halfACharacterInANameIsAnsweredAllTheSame() throws Exception {
        error(worker.post("/v1/completions", "{\"model\":\"\\ud800x\",\"prompt\":\"a\"}"), 404);
        HttpResponse<String> prompt = worker.post("/v1/completions", "{\"model\":\"base\",\"prompt\":\"a\\udc00b\"}");
        assertThat(prompt.statusCode()).isEqualTo(200);
    }

    @Test
    void aPromptBeyondTheContextNamesBothNumbers() throws Exception {
        JsonNode error = error(
                worker.post("/v1/completions", "{\"model\":\"base\",\"prompt\":\"" + "a".repeat(250) + "\"}"), 400);

        assertThat(error.get("message").asText()).contains("250 tokens").contains("200 tokens");
        assertThat(error.get("code").asText()).isEqualTo("context_length_exceeded");
        assertThat(error.get("param").asText()).isEqualTo("prompt");
    }

    @Test
    void moreTokensThanTheContextHasRoomForEndWithLength() throws Exception {
        JsonNode answer = RunningWorker.JSON.readTree(worker.post(
                        "/v1/completions",
                        "{\"model\":\"base\",\"prompt\":\"" + "a".repeat(195)
                                + "\",\"max_tokens\":100000,\"temperature\":0}")
                .body());

        assertThat(answer.get("usage").get("total_tokens").asInt()).isLessThanOrEqualTo(200);
    }

    @Test
    void deepJsonIsRefused() throws Exception {
        String deep = "[".repeat(5000) + "]".repeat(5000);
        JsonNode error = error(worker.post("/v1/chat/completions", "{\"messages\":" + deep + "}"), 400);

        assertThat(error.get("message").asText()).contains("64 levels");
    }

    @Test
    void aHugeBodyIsRefused() throws Exception {
        String huge = "{\"model\":\"base\",\"prompt\":\"" + "a".repeat(9 << 20) + "\"}";

        assertThat(error(worker.post("/v1/completions", huge), 413)
                        .get("message")
                        .asText())
                .contains("8388608 bytes");
    }

    @Test
    void addressesAndMethodsAreChecked() throws Exception {
        assertThat(error(worker.get("/v1/nothing"), 404).get("message").asText())
                .contains("/v1/chat/completions");
        HttpResponse<String> wrongMethod = worker.get("/v1/chat/completions");
        assertThat(error(wrongMethod, 405).get("message").asText()).contains("POST only");
        assertThat(wrongMethod.headers().firstValue("Allow")).contains("POST");
        error(worker.post("/health", "{}"), 405);
        error(worker.get("/v1/models/%00%ff"), 404);
    }

    @Test
    void theBodyMustSayThatItIsJson() throws Exception {
        for (String type : new String[] {"text/plain", "application/x-www-form-urlencoded", ""}) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(worker.url("/v1/completions")))
                    .POST(BodyPublishers.ofString("{\"model\":\"base\",\"prompt\":\"a\"}"));
            if (!type.isEmpty()) {
                request.header("Content-Type", type);
            }
            HttpResponse<String> response = worker.client().send(request.build(), BodyHandlers.ofString());
            assertThat(error(response, 415).get("message").asText()).contains("application/json");
        }
    }

    @Test
    void brokenUtf8IsRefused() throws Exception {
        byte[] body = "{\"model\":\"base\",\"prompt\":\"x\"}".getBytes();
        body[body.length - 3] = (byte) 0xFF;
        HttpRequest request = HttpRequest.newBuilder(URI.create(worker.url("/v1/completions")))
                .header("Content-Type", "application/json; charset=utf-8")
                .POST(BodyPublishers.ofByteArray(body))
                .build();

        assertThat(error(worker.client().send(request, BodyHandlers.ofString()), 400)
                        .get("message")
                        .asText())
                .contains("UTF-8");
    }

    @Test
    void anotherOriginIsGivenNothing() throws Exception {
        HttpRequest preflight = HttpRequest.newBuilder(URI.create(worker.url("/v1/completions")))
                .method("OPTIONS", BodyPublishers.noBody())
                .header("Origin", "http://example.org")
                .header("Access-Control-Request-Method", "POST")
                .build();
        HttpResponse<String> response = worker.client().send(preflight, BodyHandlers.ofString());

        error(response, 405);
        assertThat(response.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }

    private static JsonNode error(HttpResponse<String> response, int status) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        JsonNode body = RunningWorker.JSON.readTree(response.body());
        assertThat(body.size()).isEqualTo(1);
        JsonNode error = body.get("error");
        assertThat(error.fieldNames()).toIterable().containsExactly("message", "type", "param", "code");
        assertThat(error.get("message").asText())
                .endsWith(".")
                .doesNotContain("Exception")
                .doesNotContain("\tat ")
                .doesNotContain("io.hearth")
                .doesNotContain("com.fasterxml");
        return error;
    }
}
