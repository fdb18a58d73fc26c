package io.hearth.starter;

/** One message of a conversation; the role is {@code system}, {@code user} or {@code assistant}. */
public record Message(String role, String content) {
    static Message system(String content) {
        return new Message("system", content);
    }

    static Message user(String content) {
        return new Message("user", content);
    }

    static Message assistant(String content) {
        return new Message("assistant", content);
    }
}
