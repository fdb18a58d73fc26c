package io.hearth.ui.models.check;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.text.ChatRenderer;
import io.hearth.text.TextException;
import io.hearth.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Whether the tokenizer of a model loads, and whether it knows how a conversation is written. */
final class TokenizerCheck {
    private static final String FILE = "tokenizer.json";
    private static final String CONFIG = "tokenizer_config.json";

    /** @return whether there is a chat template that works */
    static boolean check(Path folder, ConfigShape shape, List<Finding> problems, List<Finding> remarks) {
        if (!Files.isRegularFile(folder.resolve(FILE))) {
            problems.add(Finding.of(FILE, "models.check.tokenizer.none"));
            return false;
        }
        if (Files.isRegularFile(folder.resolve(CONFIG))) {
            ObjectNode config = JsonFile.read(folder, CONFIG, 64L << 20, problems);
            if (config == null) {
                return false;
            }
            if (config.hasNonNull("auto_map")) {
                problems.add(Finding.of(CONFIG, "models.check.config.auto-map"));
            }
        }
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            if (shape != null && tokenizer.vocabularySize() > shape.vocabulary()) {
                problems.add(Finding.of(
                        FILE, "models.check.tokenizer.large", tokenizer.vocabularySize(), shape.vocabulary()));
            }
            if (tokenizer.chatTemplate().isEmpty()) {
                remarks.add(Finding.of(CONFIG, "models.check.template.none"));
                return false;
            }
            return template(tokenizer, problems);
        } catch (TextException e) {
            problems.add(Finding.of(FILE, "models.check.tokenizer.broken", plain(folder, e)));
            return false;
        }
    }

    private static boolean template(Tokenizer tokenizer, List<Finding> problems) {
        try {
            ChatRenderer.of(tokenizer);
            return true;
        } catch (TextException e) {
            problems.add(Finding.of("chat_template", "models.check.template.broken", String.valueOf(e.getMessage())));
            return false;
        }
    }

    /** The message without the folder on this machine. */
    private static String plain(Path folder, TextException e) {
        return String.valueOf(e.getMessage()).replace(folder + "/", "").replace(folder.toString(), "");
    }

    private TokenizerCheck() {}
}
