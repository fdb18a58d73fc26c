package io.hearth.starter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Small talk and common knowledge: opposites, what things are for, weekdays, sums, names, greetings. */
final class Everyday {
    private record Pair(String first, String second) {}

    private record Talk(List<String> questions, String answer) {
        static Talk read(JsonNode node) {
            return new Talk(
                    Resources.strings(node.required("questions")),
                    node.required("answer").asText());
        }
    }

    private final Dice dice;
    private final Invented invented;
    private final Phrasing phrasing;
    private final JsonNode everyday = Resources.read("everyday.json");
    private final List<Pair> englishOpposites = pairs("en");
    private final List<Pair> chineseOpposites = pairs("zh");
    private final List<Talk> englishTalk = talk("en");
    private final List<Talk> chineseTalk = talk("zh");

    Everyday(Dice dice, Phrasing phrasing) {
        this.dice = dice;
        this.invented = new Invented(dice);
        this.phrasing = phrasing;
    }

    List<Message> next(Language language) {
        return switch (dice.below(10)) {
            case 0 -> opposite(language);
            case 1 -> use(language);
            case 2 -> weekday(language);
            case 3 -> sum(language);
            case 4, 5, 6 -> introduction(language);
            default -> talk(language);
        };
    }

    private List<Message> opposite(Language language) {
        Pair pair = dice.pick(language == Language.ENGLISH ? englishOpposites : chineseOpposites);
        boolean turned = dice.chance(0.5);
        String word = turned ? pair.second() : pair.first();
        String opposite = turned ? pair.first() : pair.second();
        return exchange(
                dice.pick(questions("oppositeQuestions", language)).replace("{k}", word),
                say("oppositeAnswer", language).replace("{a}", word).replace("{b}", opposite));
    }

    private List<Message> use(Language language) {
        JsonNode uses = everyday.required("uses");
        JsonNode use = uses.get(dice.below(uses.size()));
        String thing = Resources.phrase(use.get(0)).in(language);
        String purpose = Resources.phrase(use.get(1)).in(language);
        return exchange(
                dice.pick(questions("useQuestions", language)).replace("{k}", thing),
                say("useAnswer", language).replace("{a}", thing).replace("{b}", purpose));
    }

    private List<Message> weekday(Language language) {
        List<String> days = phrasing.all("weekdays", language);
        int day = dice.below(7);
        String next = days.get((day + 1) % 7);
        return exchange(
                say("weekdayQuestion", language).replace("{a}", days.get(day)),
                say("weekdayAnswer", language).replace("{a}", days.get(day)).replace("{b}", next));
    }

    private List<Message> sum(Language language) {
        int a = dice.below(10);
        int b = dice.below(10);
        return exchange(numbers(say("sumQuestion", language), a, b), numbers(say("sumAnswer", language), a, b));
    }

    private static String numbers(String text, int a, int b) {
        return text.replace("{a}", Integer.toString(a))
                .replace("{b}", Integer.toString(b))
                .replace("{x}", Integer.toString(a + b));
    }

    private List<Message> introduction(Language language) {
        String name = invented.name().in(language);
        String introduction = say("introduction", language).replace("{x}", name);
        String question = say("nameQuestion", language);
        String answer = say("nameAnswer", language).replace("{x}", name);
        if (dice.chance(0.4)) {
            return exchange(introduction + language.choose(" ", "") + question, answer);
        }
        String welcome = say("welcome", language).replace("{x}", name);
        if (dice.chance(0.5)) {
            return exchange(introduction, welcome);
        }
        return List.of(
                Message.user(introduction),
                Message.assistant(welcome),
                Message.user(question),
                Message.assistant(answer));
    }

    private List<Message> talk(Language language) {
        Talk talk = dice.pick(language == Language.ENGLISH ? englishTalk : chineseTalk);
        return exchange(dice.pick(talk.questions()), talk.answer());
    }

    private List<String> questions(String name, Language language) {
        return Resources.strings(everyday.required(name).required(language.code()));
    }

    private List<Pair> pairs(String language) {
        List<Pair> pairs = new ArrayList<>();
        for (JsonNode node : everyday.required("opposites").required(language)) {
            pairs.add(new Pair(node.get(0).asText(), node.get(1).asText()));
        }
        return List.copyOf(pairs);
    }

    private List<Talk> talk(String language) {
        List<Talk> talks = new ArrayList<>();
        for (JsonNode node : everyday.required("talk")) {
            talks.add(Talk.read(node.required(language)));
        }
        return List.copyOf(talks);
    }

    private String say(String name, Language language) {
        return phrasing.pick(name, language, dice);
    }

    private static List<Message> exchange(String question, String answer) {
        return List.of(Message.user(question), Message.assistant(answer));
    }
}
