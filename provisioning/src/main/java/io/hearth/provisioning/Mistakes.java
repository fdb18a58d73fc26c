package io.hearth.provisioning;

import java.util.List;

/** Says everything that is wrong with a file, each with its line, in sentences for a person. */
public final class Mistakes extends Exception {
    private static final long serialVersionUID = 1;

    private final List<String> sentences;

    public Mistakes(List<String> sentences) {
        super(String.join("\n", sentences));
        this.sentences = List.copyOf(sentences);
    }

    public Mistakes(String sentence) {
        this(List.of(sentence));
    }

    /** One for each mistake, in the order of the file's lines. */
    public List<String> sentences() {
        return sentences;
    }
}
