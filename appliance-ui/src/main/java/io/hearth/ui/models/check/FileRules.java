package io.hearth.ui.models.check;

import io.hearth.ui.core.Sentence;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which files of a model's folder are taken, left out, or a reason to refuse the whole. Decided by their names alone. */
public final class FileRules {
    private static final Set<String> PICKLES =
            Set.of("bin", "pt", "pth", "ckpt", "pkl", "pickle", "joblib", "npy", "npz", "dill");
    private static final Set<String> CODE = Set.of(
            "py", "pyc", "pyd", "ipynb", "sh", "bash", "so", "dll", "dylib", "exe", "jar", "class", "js", "bat", "ps1");
    private static final Set<String> FOREIGN =
            Set.of("gguf", "ggml", "onnx", "h5", "hdf5", "msgpack", "tflite", "pb", "mlmodel", "engine", "nemo");
    private static final Set<String> TAKEN = Set.of("safetensors", "json", "jinja", "txt", "md", "model", "tiktoken");
    private static final List<String> TAKEN_NAMES = List.of("license", "licence", "notice", "readme", "use_policy");

    /** What to do with a file. */
    public sealed interface Rule {
        /** It becomes part of the model. */
        record Take() implements Rule {}

        /** It is not needed. */
        record LeaveOut(Sentence reason) implements Rule {}

        /** The model is refused because of it. */
        record Refuse(Sentence reason) implements Rule {}
    }

    /**
     * The rule for a file.
     *
     * @param path path within the model's folder, with slashes
     */
    public static Rule of(String path) {
        String[] parts = path.split("/");
        for (String part : parts) {
            if (part.startsWith(".") || part.equals("__MACOSX")) {
                return new Rule.LeaveOut(Sentence.of("models.check.hidden"));
            }
        }
        String name = parts[parts.length - 1].toLowerCase(Locale.ROOT);
        String ending = name.substring(name.lastIndexOf('.') + 1);
        if (name.indexOf('.') >= 0 && PICKLES.contains(ending)) {
            return new Rule.Refuse(Sentence.of("models.check.pickle"));
        }
        if (name.indexOf('.') >= 0 && CODE.contains(ending)) {
            return new Rule.Refuse(Sentence.of("models.check.code"));
        }
        if (name.indexOf('.') >= 0 && FOREIGN.contains(ending)) {
            return new Rule.Refuse(Sentence.of("models.check.foreign", ending.toUpperCase(Locale.ROOT)));
        }
        if (TAKEN.contains(ending) || TAKEN_NAMES.stream().anyMatch(name::startsWith)) {
            return new Rule.Take();
        }
        return new Rule.LeaveOut(Sentence.of("models.check.unneeded"));
    }

    private FileRules() {}
}
