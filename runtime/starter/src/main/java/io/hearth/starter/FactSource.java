package io.hearth.starter;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Draws facts at random, leaving out those whose subject is reserved for the sample dataset. */
final class FactSource {
    private static final List<Phrase> INTERVAL_UNITS = List.of(
            new Phrase("hours", "小时"), new Phrase("days", "天"), new Phrase("weeks", "周"), new Phrase("months", "个月"));
    private static final List<String> MINUTES = List.of("00", "15", "30", "45");

    private final Words words;
    private final Dice dice;
    private final Invented invented;
    private final Predicate<Fact> reserved;
    private final List<Intent> weighted = new ArrayList<>();

    FactSource(Words words, List<Intent> intents, Dice dice, Predicate<Fact> reserved) {
        this.words = words;
        this.dice = dice;
        this.invented = new Invented(dice);
        this.reserved = reserved;
        for (Intent intent : intents) {
            for (int i = 0; i < intent.weight(); i++) {
                weighted.add(intent);
            }
        }
    }

    Intent intent() {
        return dice.pick(weighted);
    }

    /** Draws a fact whose subject may be a made-up word. */
    Fact draw(Intent intent) {
        return draw(intent, true);
    }

    /** Draws a fact whose subject stands in the word lists, so that it means the same in both languages. */
    Fact drawListed(Intent intent) {
        return draw(intent, false);
    }

    private Fact draw(Intent intent, boolean madeUp) {
        while (true) {
            Fact fact = new Fact(intent, key(intent.key(), madeUp), value(intent.value()));
            if (!reserved.test(fact)) {
                return fact;
            }
        }
    }

    private Phrase key(Intent.KeyKind kind, boolean madeUp) {
        return switch (kind) {
            case ERROR_CODE -> Phrase.same(invented.errorCode());
            case PART -> part(madeUp);
            case TASK -> dice.pick(words.tasks());
            case GOOD -> dice.pick(words.goods());
            case SHOP -> dice.pick(words.shops());
            case NAME -> invented.name();
        };
    }

    private Phrase part(boolean madeUp) {
        Phrase part = dice.pick(words.parts());
        double kind = dice.unit();
        if (!madeUp || kind > 0.45) {
            return part;
        }
        Phrase name = invented.name();
        String latin = name.english().toLowerCase(java.util.Locale.ROOT);
        if (kind < 0.15) {
            return new Phrase("the " + latin, name.chinese() + dice.pick("板环管架盖"));
        }
        return new Phrase(
                "the " + latin + " " + Wordings.withoutArticle(part.english()), name.chinese() + part.chinese());
    }

    private Phrase value(Intent.ValueKind kind) {
        return switch (kind) {
            case FAULT -> fault();
            case TORQUE -> torque();
            case INTERVAL -> interval();
            case PART_NUMBER -> Phrase.same(invented.partNumber());
            case PRICE -> {
                int price = dice.between(2, 200);
                yield new Phrase(price + " " + dice.pick("euros", "dollars"), price + "元");
            }
            case COLOUR -> dice.pick(words.colours());
            case TOWN -> invented.town();
            case OPENING_TIME -> {
                int hour = dice.between(5, 13);
                yield new Phrase(hour + ":" + dice.pick(MINUTES), hour + "点" + dice.pick("", "半", "十分"));
            }
        };
    }

    private Phrase fault() {
        Phrase fault = dice.pick(words.faults());
        if (dice.chance(0.6)) {
            return fault;
        }
        Phrase fix = dice.pick(words.fixes());
        return new Phrase(fault.english() + "; " + fix.english(), fault.chinese() + "，请" + fix.chinese());
    }

    private Phrase torque() {
        int value = dice.chance(0.5) ? dice.between(2, 100) : dice.between(5, 60) * 5;
        String newtonMetres = value + " Nm";
        return new Phrase(newtonMetres, dice.chance(0.6) ? newtonMetres : value + "牛米");
    }

    private Phrase interval() {
        Phrase unit = dice.chance(0.55) ? INTERVAL_UNITS.getFirst() : dice.pick(INTERVAL_UNITS.subList(1, 4));
        int count = unit != INTERVAL_UNITS.getFirst()
                ? dice.between(2, 30)
                : switch (dice.below(4)) {
                    case 0 -> dice.between(2, 30);
                    case 1 -> dice.between(1, 20) * 10;
                    case 2 -> dice.between(1, 20) * 100;
                    default -> dice.between(1, 20) * 500;
                };
        return new Phrase(count + " " + unit.english(), count + unit.chinese());
    }
}
