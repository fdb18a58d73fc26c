package io.hearth.ui.shell;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.Cookie;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class LanguageTest {
    @Test
    void whatWasChosenCountsMoreThanWhatTheBrowserAsks() {
        Cookie[] cookies = {new Cookie("other", "zh-CN"), new Cookie(Language.COOKIE, "zh-CN")};
        assertThat(Language.chosen(cookies, Locale.US)).isEqualTo(Locale.SIMPLIFIED_CHINESE);
    }

    @Test
    void withoutAChoiceTheBrowserCounts() {
        assertThat(Language.chosen(null, Locale.TRADITIONAL_CHINESE)).isEqualTo(Locale.SIMPLIFIED_CHINESE);
        assertThat(Language.chosen(new Cookie[0], Locale.UK)).isEqualTo(Locale.ENGLISH);
    }

    @Test
    void languagesThatWeLackBecomeEnglish() {
        Cookie[] cookies = {new Cookie(Language.COOKIE, "<script>")};
        assertThat(Language.chosen(cookies, Locale.FRENCH)).isEqualTo(Locale.ENGLISH);
        assertThat(Language.chosen(null, null)).isEqualTo(Locale.ENGLISH);
    }
}
