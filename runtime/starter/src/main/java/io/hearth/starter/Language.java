package io.hearth.starter;

/** The two languages the starter model speaks. */
enum Language {
    ENGLISH("en"),
    CHINESE("zh");

    private final String code;

    Language(String code) {
        this.code = code;
    }

    /** Returns the ISO 639-1 code, as it stands in the resources and in the sample rows. */
    String code() {
        return code;
    }

    /** Returns the one of two texts that is written in this language. */
    String choose(String english, String chinese) {
        return this == ENGLISH ? english : chinese;
    }
}
