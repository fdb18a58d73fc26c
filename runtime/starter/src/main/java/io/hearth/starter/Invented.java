package io.hearth.starter;

import java.nio.charset.Charset;
import java.util.List;

/**
 * Words, names and codes that mean nothing. A model that has never met a character or a piece of a Latin
 * word garbles it later, so the corpus draws from all common Chinese characters and from random letters.
 */
final class Invented {
    /** The 3,755 level-1 characters of GB 2312, in its order. */
    static final String COMMON_CHINESE = commonChinese();

    private static final String NAME_CHINESE =
            "安白宝博昌晨成川达大德东方飞丰福高光国海和恒华惠吉佳嘉建江金京景康兰乐立丽林龙美明南宁平庆荣瑞山上胜石顺泰天同万文西祥新兴秀雅阳伊永友元云泽长正中子";
    private static final String CODE_LETTERS = "ABCDEFGHKLMNPRSTUVWX";
    private static final String FREQUENT_LETTERS = "aeioulrnst";
    private static final String LETTERS = "etaoinshrdlucmfwypvbgkqjxz";
    private static final List<String> ONSETS =
            List.of("b c d f g h k l m n p r s t v w z br dr gr kr st tr".split(" "));
    private static final List<String> RIMES = List.of("a e i o u ai ea or an en in ol ur".split(" "));
    private static final List<String> ERROR_PREFIXES = List.of("E", "F", "A", "H", "ERR ", "E-");

    private final Dice dice;

    Invented(Dice dice) {
        this.dice = dice;
    }

    /** Returns four to ten random small letters. */
    String latinWord() {
        StringBuilder word = new StringBuilder();
        int length = dice.between(4, 11);
        for (int i = 0; i < length; i++) {
            word.append(dice.pick(dice.chance(0.5) ? LETTERS : FREQUENT_LETTERS));
        }
        return word.toString();
    }

    /** Returns {@code length} characters drawn evenly from the common ones. */
    String chineseCharacters(int length) {
        return characters(COMMON_CHINESE, length);
    }

    /** Returns a capitalised name in English letters and, independent of it, one in Chinese. */
    Phrase name() {
        return new Phrase(latinName(), chineseName());
    }

    /** Returns the name of a town. */
    Phrase town() {
        return new Phrase(latinName(), chineseName() + "市");
    }

    /** Returns a part or article number in one of five shapes. */
    String partNumber() {
        return switch (dice.below(5)) {
            case 0 -> letter() + twoDigits(dice.below(100));
            case 1 -> letter() + "-" + dice.between(10, 1000);
            case 2 -> letter() + letter() + "-" + dice.between(100, 10_000);
            case 3 -> letter() + letter() + dice.between(10, 1000);
            default -> dice.between(10, 100) + "-" + dice.between(100, 1000);
        };
    }

    /** Returns a code as machines show it, such as E07 or ERR 12. */
    String errorCode() {
        int number = dice.between(1, 100);
        return dice.pick(ERROR_PREFIXES) + (dice.chance(0.5) ? twoDigits(number) : Integer.toString(number));
    }

    private String latinName() {
        String name;
        if (dice.chance(0.35)) {
            name = latinWord();
        } else {
            StringBuilder syllables = new StringBuilder();
            int count = dice.pick(2, 2, 3);
            for (int i = 0; i < count; i++) {
                syllables.append(dice.pick(ONSETS)).append(dice.pick(RIMES));
            }
            name = syllables.toString();
        }
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    private String chineseName() {
        return characters(dice.chance(0.5) ? COMMON_CHINESE : NAME_CHINESE, dice.pick(2, 2, 3));
    }

    private String characters(String alphabet, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(dice.pick(alphabet));
        }
        return text.toString();
    }

    private String letter() {
        return String.valueOf(dice.pick(CODE_LETTERS));
    }

    private static String twoDigits(int number) {
        return number < 10 ? "0" + number : Integer.toString(number);
    }

    private static String commonChinese() {
        // Rows 16 to 55 of the code table; the last row ends five places early.
        Charset gb2312 = Charset.forName("GB2312");
        StringBuilder characters = new StringBuilder();
        for (int row = 0xB0; row < 0xD8; row++) {
            int last = row == 0xD7 ? 0xF9 : 0xFE;
            for (int cell = 0xA1; cell <= last; cell++) {
                characters.append(new String(new byte[] {(byte) row, (byte) cell}, gb2312));
            }
        }
        return characters.toString();
    }
}
