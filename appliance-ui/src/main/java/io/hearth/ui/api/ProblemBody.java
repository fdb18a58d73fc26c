package io.hearth.ui.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.core.Texts;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A problem as programs and people read it (RFC 9457).
 *
 * @param type always {@code about:blank}: {@code code} says what it is
 * @param title what kind of problem it is
 * @param status the HTTP status
 * @param detail what is wrong and what to do
 * @param code key of the sentence, which does not change with the language
 * @param instance path of the request
 * @param incident number under which the log tells more; only where the fault is ours
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ProblemBody(
        String type,
        String title,
        int status,
        String detail,
        String code,
        @Nullable String instance,
        @Nullable String incident) {
    /** The media type of problems. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** A problem in the language that a request asks for. */
    public static ProblemBody of(Problem problem, @Nullable String path, @Nullable String acceptLanguage) {
        return of(problem.kind().status(), problem.sentence(), path, acceptLanguage, null);
    }

    /** A sentence with a status. */
    static ProblemBody of(
            int status,
            Sentence sentence,
            @Nullable String path,
            @Nullable String acceptLanguage,
            @Nullable String incident) {
        Locale locale = language(acceptLanguage);
        return new ProblemBody(
                "about:blank",
                Texts.say(locale, "core.status." + status),
                status,
                Texts.say(locale, sentence),
                sentence.key(),
                path,
                incident);
    }

    /** The best of our languages for what a request asks for; English if it asks for none of them. */
    public static Locale language(@Nullable String acceptLanguage) {
        if (acceptLanguage == null || acceptLanguage.isBlank() || acceptLanguage.length() > 500) {
            return Locale.ENGLISH;
        }
        try {
            List<Locale.LanguageRange> ranges = Locale.LanguageRange.parse(acceptLanguage);
            for (Locale.LanguageRange range : ranges) {
                for (Locale language : Texts.LANGUAGES) {
                    if (range.getRange().split("-")[0].equals(language.getLanguage())) {
                        return language;
                    }
                }
            }
        } catch (IllegalArgumentException e) {
            // Not a list of languages: then none was asked for.
        }
        return Locale.ENGLISH;
    }

    /** Ends a response with it. */
    public void send(HttpServerResponse response) {
        response.setStatusCode(status)
                .putHeader("Content-Type", MEDIA_TYPE)
                .putHeader("Cache-Control", "no-store")
                .end(Json.write(this));
    }
}
