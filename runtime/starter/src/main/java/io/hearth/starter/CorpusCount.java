package io.hearth.starter;

/** How long the conversations of a corpus are, in tokens, as the chat template lays them out. */
record CorpusCount(int documents, long tokens, long answers, long answerTokens) {
    // <|im_start|>, the role, a line feed, and after the content <|im_end|> and a line feed.
    private static final int TOKENS_AROUND_A_MESSAGE = 5;

    static CorpusCount of(StarterCorpus corpus, int documents, BytePairVocabulary.Encoder encoder) {
        long tokens = 0;
        long answers = 0;
        long answerTokens = 0;
        for (int i = 0; i < documents; i++) {
            for (Message message : corpus.next()) {
                int length = encoder.encode(message.content()).size();
                tokens += length + TOKENS_AROUND_A_MESSAGE;
                if (message.role().equals("assistant")) {
                    answers++;
                    answerTokens += length + 1;
                }
            }
        }
        return new CorpusCount(documents, tokens, answers, answerTokens);
    }

    double tokensPerDocument() {
        return (double) tokens / documents;
    }

    /** Returns the tokens training pays full attention to: the answers with their {@code <|im_end|>}. */
    double answerTokensPerDocument() {
        return (double) answerTokens / documents;
    }

    double tokensPerAnswer() {
        return (double) answerTokens / answers;
    }
}
