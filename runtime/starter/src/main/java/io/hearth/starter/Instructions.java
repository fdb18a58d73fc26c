package io.hearth.starter;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** Short tasks on a text: repeat, list, translate, rephrase, compare, find the subject, answer as JSON. */
final class Instructions {
    private final Words words;
    private final Dice dice;
    private final Invented invented;
    private final FactSource facts;
    private final Phrasing phrasing;

    Instructions(Words words, Dice dice, FactSource facts, Phrasing phrasing) {
        this.words = words;
        this.dice = dice;
        this.invented = new Invented(dice);
        this.facts = facts;
        this.phrasing = phrasing;
    }

    List<Message> next(Language language) {
        return switch (dice.below(10)) {
            case 0, 1, 2, 3 -> repeat(language);
            case 4 -> list(language);
            case 5 -> translate(language);
            case 6 -> rephrase(language);
            case 7 -> sameQuestion(language);
            case 8 -> subject(language);
            default -> json(language);
        };
    }

    private List<Message> repeat(Language language) {
        String text = repeatable(language);
        return exchange(say("repeat", language).replace("{x}", text), text);
    }

    private String repeatable(Language language) {
        return switch (dice.below(10)) {
            case 0, 1 ->
                dice.pick(dice.pick(words.parts(), words.goods(), words.shops(), words.faults()))
                        .in(language);
            case 2 -> invented.partNumber();
            case 3 -> facts.draw(facts.intent()).statement(dice, language);
            case 4 -> invented.latinWord();
            default -> language == Language.CHINESE ? invented.chineseCharacters(dice.between(3, 13)) : latinWords();
        };
    }

    private String latinWords() {
        StringJoiner text = new StringJoiner(" ");
        int count = dice.between(1, 5);
        for (int i = 0; i < count; i++) {
            text.add(invented.latinWord());
        }
        return text.toString();
    }

    private List<Message> list(Language language) {
        int count = dice.between(2, 5);
        int category = dice.below(5);
        List<Phrase> things = List.of(words.parts(), words.goods(), words.colours(), words.shops(), words.machines())
                .get(category);
        String question = say("list", language)
                .replace("{w}", phrasing.all("numbers", language).get(count))
                .replace("{d}", Integer.toString(count))
                .replace("{x}", phrasing.all("categories", language).get(category));
        StringJoiner answer = new StringJoiner("\n");
        dice.sample(things, count).forEach(thing -> answer.add("- " + Wordings.withoutArticle(thing.in(language))));
        return exchange(question, answer.toString());
    }

    private List<Message> translate(Language language) {
        Phrase phrase = dice.pick(dice.pick(
                words.parts(),
                words.goods(),
                words.colours(),
                words.shops(),
                words.machines(),
                words.faults(),
                words.fixes(),
                words.tasks()));
        Language other = language == Language.ENGLISH ? Language.CHINESE : Language.ENGLISH;
        return exchange(say("translate", language).replace("{x}", phrase.in(language)), phrase.in(other));
    }

    private List<Message> rephrase(Language language) {
        Fact fact = facts.draw(facts.intent());
        List<String> two = dice.sample(fact.intent().in(language).questions(), 2);
        return exchange(
                say("rephrase", language).replace("{x}", fact.fill(two.getFirst(), language)),
                fact.fill(two.getLast(), language));
    }

    private List<Message> sameQuestion(Language language) {
        Fact first = facts.draw(facts.intent());
        Fact second = dice.chance(0.5) ? first : facts.draw(dice.chance(0.5) ? first.intent() : facts.intent());
        List<String> two = dice.sample(first.intent().in(language).questions(), 2);
        String other =
                first.sameSubject(second) ? second.fill(two.getLast(), language) : second.question(dice, language);
        String question = say("sameQuestion", language)
                .replace("{a}", first.fill(two.getFirst(), language))
                .replace("{b}", other);
        return exchange(question, say(first.sameSubject(second) ? "yes" : "no", language));
    }

    private List<Message> subject(Language language) {
        Fact fact = facts.draw(facts.intent());
        return exchange(
                say("subject", language).replace("{x}", fact.question(dice, language)),
                fact.key().in(language));
    }

    private List<Message> json(Language language) {
        Fact fact = facts.draw(facts.intent());
        Map<String, String> answer = new LinkedHashMap<>();
        answer.put("key", fact.key().in(language));
        answer.put("value", fact.value().in(language));
        try {
            return exchange(
                    say("json", language).replace("{x}", fact.statement(dice, language)),
                    Resources.JSON.writeValueAsString(answer));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Two strings cannot be written as JSON", e);
        }
    }

    private String say(String name, Language language) {
        return phrasing.pick(name, language, dice);
    }

    private static List<Message> exchange(String question, String answer) {
        return List.of(Message.user(question), Message.assistant(answer));
    }
}
