package io.hearth.starter.quickstart;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A question that the model has not been trained on.
 *
 * @param messages the question and one right answer
 * @param key what an answer must hold to be right
 * @param pattern {@code known}: the base has met this wording on other facts; {@code new}: nobody has
 * @param language {@code en} or {@code zh}
 * @param topic what it is about
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record HeldOutQuestion(List<Message> messages, String key, String pattern, String language, String topic) {
    /** One turn of a conversation. */
    record Message(String role, String content) {}

    String question() {
        return messages.getFirst().content();
    }

    /** Reads a file of questions, one JSON object per line. */
    static List<HeldOutQuestion> read(Path file) {
        try {
            List<HeldOutQuestion> questions = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                questions.add(Appliance.JSON.readValue(line, HeldOutQuestion.class));
            }
            return questions;
        } catch (IOException e) {
            throw new QuickstartException(
                    "The held-out questions in " + file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
