package io.hearth.ui.datasets.reading;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hearth.text.JsonText;
import io.hearth.text.rows.RowShape;
import io.hearth.ui.core.Problem;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds what the columns of a file mean, by the names that people give them in English and in Chinese. */
final class MappingDetector {
    private static final Set<String> MESSAGES = Set.of(
            "messages", "conversation", "conversations", "dialog", "dialogue", "dialogs", "chat", "turns", "对话", "消息");
    private static final Set<String> INSTRUCTION = Set.of("instruction", "instructions", "task", "指令", "任务");
    private static final Set<String> PROMPT = Set.of(
            "prompt",
            "question",
            "query",
            "q",
            "request",
            "user",
            "human",
            "usermessage",
            "userinput",
            "ask",
            "source",
            "input",
            "问题",
            "提问",
            "问",
            "题目",
            "用户",
            "用户问题",
            "用户输入",
            "提示",
            "提示词",
            "输入",
            "原文");
    private static final Set<String> ANSWER = Set.of(
            "completion",
            "answer",
            "response",
            "reply",
            "output",
            "a",
            "assistant",
            "bot",
            "target",
            "solution",
            "chosen",
            "答案",
            "回答",
            "答",
            "回复",
            "输出",
            "标准答案",
            "参考答案",
            "解答",
            "助手",
            "译文");
    private static final Set<String> CONTEXT = Set.of("input", "context", "输入", "上下文", "背景");
    private static final Set<String> SYSTEM = Set.of("system", "systemprompt", "系统", "系统提示", "系统提示词");
    private static final Set<String> HISTORY = Set.of("history", "历史", "历史对话");
    private static final Set<String> TEXT =
            Set.of("text", "content", "body", "document", "article", "passage", "正文", "内容", "文本", "文章", "段落");

    private final List<Map<String, Object>> sample;
    private final boolean namedColumns;
    private final Set<String> columns = new LinkedHashSet<>();

    /**
     * @param sample rows from the beginning of a file
     * @param namedColumns whether the columns have names of their own
     */
    MappingDetector(List<Map<String, Object>> sample, boolean namedColumns) {
        this.sample = sample;
        this.namedColumns = namedColumns;
        sample.forEach(row -> columns.addAll(row.keySet()));
    }

    /** All columns of the sample, in the order of their appearance. */
    Set<String> columns() {
        return columns;
    }

    /** Whether a column's name says what it is. */
    static boolean isKnown(String name) {
        String plain = plain(name);
        return List.of(MESSAGES, INSTRUCTION, PROMPT, ANSWER, CONTEXT, SYSTEM, HISTORY, TEXT).stream()
                .anyMatch(names -> names.contains(plain));
    }

    /** The settings with a shape and a column for each of its fields; empty if the names do not tell. */
    Optional<ImportSettings> detect(ImportSettings settings) {
        if (settings.shape() != null) {
            RowShape shape = Shapes.of(settings.shape());
            if (settings.columns() != null && !settings.columns().isEmpty()) {
                return Optional.of(settings.withMapping(settings.shape(), known(shape, settings.columns())));
            }
            Map<String, String> own = own(shape);
            return own.keySet().containsAll(Shapes.required(shape))
                    ? Optional.of(settings.withMapping(settings.shape(), own))
                    : byNames(shape).map(found -> settings.withMapping(settings.shape(), found));
        }
        Optional<RowShape> named = named();
        if (named.isPresent()) {
            return Optional.of(settings.withMapping(Shapes.key(named.get()), own(named.get())));
        }
        for (RowShape shape : List.of(
                RowShape.MESSAGES, RowShape.SHAREGPT, RowShape.ALPACA, RowShape.PROMPT_COMPLETION, RowShape.TEXT)) {
            Optional<Map<String, String>> found = byNames(shape);
            if (found.isPresent()) {
                return Optional.of(settings.withMapping(Shapes.key(shape), found.get()));
            }
        }
        return byPosition(settings);
    }

    private Map<String, String> known(RowShape shape, Map<String, String> wished) {
        Map<String, String> checked = Shapes.checked(shape, wished);
        for (String column : checked.values()) {
            if (!columns.contains(column)) {
                throw Problem.invalid("datasets.settings.no-column", column, String.join(", ", columns));
            }
        }
        return checked;
    }

    /** The shape whose own field names most rows of the sample use, whole. */
    private Optional<RowShape> named() {
        Map<RowShape, Integer> votes = new EnumMap<>(RowShape.class);
        for (Map<String, Object> row : sample) {
            RowShape.of(row)
                    .filter(shape -> columns.containsAll(Shapes.required(shape)))
                    .ifPresent(shape -> votes.merge(shape, 1, Integer::sum));
        }
        return votes.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .filter(shape -> shape != RowShape.MESSAGES || !turnsFrom("messages"));
    }

    private Map<String, String> own(RowShape shape) {
        Map<String, String> own = new LinkedHashMap<>();
        for (List<String> fields : List.of(Shapes.required(shape), Shapes.optional(shape))) {
            fields.stream().filter(columns::contains).forEach(field -> own.put(field, field));
        }
        return own;
    }

    private Optional<Map<String, String>> byNames(RowShape shape) {
        Map<String, String> found = new LinkedHashMap<>();
        switch (shape) {
            case MESSAGES, SHAREGPT -> {
                boolean shareGpt = shape == RowShape.SHAREGPT;
                String field = shareGpt ? "conversations" : "messages";
                first(MESSAGES)
                        .filter(column -> holdsTurns(column) && turnsFrom(column) == shareGpt)
                        .ifPresent(column -> found.put(field, column));
                if (columns.contains("tools")) {
                    found.put("tools", "tools");
                }
                if (shareGpt) {
                    first(SYSTEM).ifPresent(column -> found.put("system", column));
                }
            }
            case ALPACA -> {
                first(ANSWER).ifPresent(column -> found.put("output", column));
                Optional<String> instruction = first(INSTRUCTION).or(() -> first(PROMPT));
                instruction.ifPresent(column -> found.put("instruction", column));
                first(CONTEXT)
                        .filter(column -> !instruction.equals(Optional.of(column)))
                        .ifPresent(column -> found.put("input", column));
                first(SYSTEM).ifPresent(column -> found.put("system", column));
                first(HISTORY).ifPresent(column -> found.put("history", column));
                if (found.size() == 2) {
                    return Optional.empty();
                }
            }
            case PROMPT_COMPLETION -> {
                first(ANSWER).ifPresent(column -> found.put("completion", column));
                first(PROMPT).or(() -> first(INSTRUCTION)).ifPresent(column -> found.put("prompt", column));
            }
            case TEXT -> first(TEXT).ifPresent(column -> found.put("text", column));
            case TOKENS -> {}
        }
        return found.keySet().containsAll(Shapes.required(shape))
                ? Optional.of(Shapes.checked(shape, found))
                : Optional.empty();
    }

    private Optional<ImportSettings> byPosition(ImportSettings settings) {
        List<String> all = List.copyOf(columns);
        if (!namedColumns && all.size() == 2) {
            return Optional.of(settings.withMapping(
                    "prompt-completion", Shapes.checked(RowShape.PROMPT_COMPLETION, pair(all.get(0), all.get(1)))));
        }
        if (!namedColumns && all.size() == 1) {
            return Optional.of(settings.withMapping("text", Map.of("text", all.getFirst())));
        }
        return Optional.empty();
    }

    private static Map<String, String> pair(String prompt, String completion) {
        return Map.of("prompt", prompt, "completion", completion);
    }

    private Optional<String> first(Set<String> names) {
        return columns.stream().filter(column -> names.contains(plain(column))).findFirst();
    }

    private boolean holdsTurns(String column) {
        return sample.stream().anyMatch(row -> firstTurn(row.get(column)) != null);
    }

    /** Whether the turns of a column are written as ShareGPT does. */
    private boolean turnsFrom(String column) {
        return sample.stream()
                .map(row -> firstTurn(row.get(column)))
                .filter(turn -> turn != null)
                .findFirst()
                .filter(turn -> turn.containsKey("from") && !turn.containsKey("role"))
                .isPresent();
    }

    private static Map<?, ?> firstTurn(Object value) {
        Object turns = value;
        if (value instanceof String json && json.stripLeading().startsWith("[")) {
            try {
                turns = JsonText.plain(json);
            } catch (JsonProcessingException e) {
                return null;
            }
        }
        return turns instanceof List<?> list && !list.isEmpty() && list.getFirst() instanceof Map<?, ?> turn
                ? turn
                : null;
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[\\s_\\-.:：]+", "");
    }
}
