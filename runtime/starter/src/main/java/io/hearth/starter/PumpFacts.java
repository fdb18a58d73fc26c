package io.hearth.starter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The 56 facts of the made-up pump maker, with the wordings its service desk hears. */
record PumpFacts(Phrase maker, List<Topic> topics) {
    private static final long SEED = 20;
    private static final int HIGHEST_CODE = 70;

    /** One kind of fact; {@code train}, {@code known} and {@code fresh} are wordings of questions. */
    record Topic(String name, List<Item> items, Phrase answer, Questions train, Questions known, Questions fresh) {}

    /** One fact. The value is what an answer must hold to be right. */
    record Item(Phrase subject, Phrase value) {}

    /** Wordings by language. */
    record Questions(List<String> english, List<String> chinese) {
        static Questions read(JsonNode node) {
            return new Questions(Resources.strings(node.required("en")), Resources.strings(node.required("zh")));
        }

        List<String> in(Language language) {
            return language == Language.ENGLISH ? english : chinese;
        }
    }

    static PumpFacts load() {
        JsonNode root = Resources.read("pump.json");
        Dice dice = new Dice(SEED);
        List<Topic> topics = new ArrayList<>();
        for (JsonNode node : root.required("topics")) {
            topics.add(new Topic(
                    node.required("name").asText(),
                    items(node, dice),
                    Resources.phrase(node.required("answer")),
                    Questions.read(node.required("train")),
                    Questions.read(node.required("known")),
                    Questions.read(node.required("new"))));
        }
        return new PumpFacts(Resources.phrase(root.required("maker")), List.copyOf(topics));
    }

    /** Returns whether the fact is of a kind and about a subject that belongs to the pump maker. */
    boolean reserves(Fact fact) {
        return topics.stream()
                .filter(topic -> topic.name().equals(fact.intent().name()))
                .flatMap(topic -> topic.items().stream())
                .anyMatch(item -> item.subject().english().equals(fact.key().english())
                        || item.subject().chinese().equals(fact.key().chinese()));
    }

    private static List<Item> items(JsonNode topic, Dice dice) {
        return switch (topic.required("name").asText()) {
            case "error" -> errors(Resources.phrases(topic.required("values")), dice);
            case "torque" -> items(topic, values(topic, dice, PumpFacts::torque));
            case "interval" -> items(topic, values(topic, dice, PumpFacts::interval));
            case "part" -> items(topic, values(topic, dice, PumpFacts::partNumber));
            default -> throw new IllegalStateException("pump.json has an unknown topic: " + topic.get("name"));
        };
    }

    private static List<Item> errors(List<Phrase> faults, Dice dice) {
        List<Integer> numbers = new ArrayList<>();
        for (int number = 1; number < HIGHEST_CODE; number++) {
            numbers.add(number);
        }
        List<Integer> codes = dice.sample(numbers, faults.size());
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < faults.size(); i++) {
            items.add(
                    new Item(Phrase.same(String.format(java.util.Locale.ROOT, "E%02d", codes.get(i))), faults.get(i)));
        }
        return List.copyOf(items);
    }

    private static List<Item> items(JsonNode topic, List<Phrase> values) {
        List<Phrase> subjects = Resources.phrases(topic.required("subjects"));
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < subjects.size(); i++) {
            items.add(new Item(subjects.get(i), values.get(i)));
        }
        return List.copyOf(items);
    }

    /** Draws as many different values as the topic has subjects: a shared value could be right by mistake. */
    private static List<Phrase> values(JsonNode topic, Dice dice, java.util.function.Function<Dice, Phrase> drawer) {
        Set<Phrase> values = new LinkedHashSet<>();
        while (values.size() < topic.required("subjects").size()) {
            values.add(drawer.apply(dice));
        }
        return List.copyOf(values);
    }

    private static Phrase torque(Dice dice) {
        return Phrase.same((dice.chance(0.5) ? dice.between(4, 60) * 5 : dice.between(8, 99)) + " Nm");
    }

    private static Phrase interval(Dice dice) {
        int hours = dice.chance(0.5) ? dice.between(1, 20) * 500 : dice.between(2, 20) * 100;
        return new Phrase(hours + " hours", hours + "小时");
    }

    private static Phrase partNumber(Dice dice) {
        return Phrase.same("VM-" + dice.between(1000, 10_000));
    }
}
