package io.hearth.text.rows;

import java.util.List;
import java.util.Locale;

/**
 * What can be wrong with a row. The {@link #code()} is stable, so that the same can be said in another language: it stands
 * with its arguments in {@link RowProblem}. {@code {0}}, {@code {1}} ... of a sentence are the arguments.
 */
public enum RowFault {
    // The line
    LINE_TOO_LONG("the line has {0} bytes; the limit is {1} bytes"),
    NOT_UTF8("the line is not UTF-8 text: save the file as UTF-8"),
    NOT_JSON("the line is not valid JSON: {0}"),
    NOT_AN_OBJECT("the line is not a JSON object: each line must be one row in braces {...}"),
    HALF_A_CHARACTER("the row has half a character: an escape such as \\ud83d without its partner"),
    UNKNOWN_SHAPE("the row has none of the fields messages, conversations, instruction, prompt, text or input_ids;"
            + " it has {0}"),
    OTHER_SHAPE("the row is {0}, but the file is {1}"),
    OTHER_SHAPE_SINCE("the row is {0}, but the file is {1} since line {2}"),

    // Fields
    FIELD_MISSING("the field \"{0}\" is missing"),
    FIELD_NOT_TEXT("\"{0}\" must be text"),
    FIELD_EMPTY("\"{0}\" is empty"),
    FIELD_NOT_A_LIST("\"{0}\" must be a list"),
    FIELD_NOT_JSON("\"{0}\" is not valid JSON"),
    ANSWER_EMPTY("the answer in \"{0}\" is empty"),
    INSTRUCTION_EMPTY("\"instruction\" and \"input\" are both empty"),
    HISTORY_NOT_PAIRS("\"history\" must be a list of [question, answer] pairs"),
    HISTORY_ANSWER_EMPTY("\"history\" has an empty answer"),
    TOOLS_NOT_A_LIST("\"tools\" must be a list of function definitions"),
    TOOL_NOT_AN_OBJECT("an entry of \"tools\" is not a JSON object"),

    // Tokens
    NOT_INTEGERS("\"{0}\" must be a list of integers"),
    NOT_AN_INTEGER("\"{0}\" has something else than an integer at position {1}"),
    LABELS_LENGTH("\"labels\" has {0} entries, \"input_ids\" has {1}"),
    LABEL_DIFFERS("\"labels\" differs from \"input_ids\" at position {0}: a label must be the token itself, or -100"
            + " where nothing is learnt"),
    NO_LABEL("no token after the first is to be learnt"),
    UNKNOWN_TOKEN("\"input_ids\" has the token {0}, the model's vocabulary ends at {1}"),

    // Messages of a conversation, by their number from 1
    NO_ASSISTANT_TURN("the conversation has no assistant turn to learn from"),
    MESSAGE_NOT_AN_OBJECT("message {0} is not a JSON object"),
    MESSAGE_NO_ROLE("message {0} has no \"role\""),
    MESSAGE_UNKNOWN_ROLE(
            "message {0} has the unknown role \"{1}\"; known are system, developer, user, assistant and" + " tool"),
    MESSAGE_NO_CONTENT("message {0} has no \"content\""),
    MESSAGE_CONTENT_NOT_TEXT("\"content\" of message {0} must be text"),
    MESSAGE_PART_NOT_TEXT("\"content\" of message {0} has a part that is not text"),
    MESSAGE_ANSWER_EMPTY("the answer in message {0} is empty"),
    MESSAGE_NO_FROM("message {0} has no \"from\""),
    MESSAGE_UNKNOWN_FROM("message {0} is from \"{1}\", which is not known; known are system, human, gpt, function_call"
            + " and observation"),
    MESSAGE_NO_VALUE("message {0} has no text in \"value\""),
    MESSAGE_NOT_JSON("message {0} is not valid JSON"),
    MESSAGE_EMPTY("message {0} is empty"),
    CALLS_NOT_A_LIST("\"tool_calls\" of message {0} must be a list"),
    CALLS_NOT_BY_ASSISTANT("message {0} has \"tool_calls\", which only the assistant can make"),
    CALL_NO_NAME("a tool call of message {0} has no function name"),
    CALL_ARGUMENTS_NOT_JSON("the arguments of a tool call of message {0} are not valid JSON"),
    CALL_ARGUMENTS_EMPTY("the arguments of a tool call of message {0} are empty"),
    CALL_ARGUMENTS_NOT_AN_OBJECT("the arguments of a tool call of message {0} must be a JSON object"),

    // What a model makes of a row
    NO_CHAT_TEMPLATE(
            "the model has no chat template, so conversations cannot be encoded: add chat_template.jinja to the"
                    + " model's directory, or use prompt/completion or text rows"),
    TEMPLATE_REFUSES("the chat template refuses the conversation: {0}"),
    TEMPLATE_MARKS_OTHERS(
            "the chat template marks {0} parts as written by the assistant, which has {1} turns, so single"
                    + " turns cannot be chosen"),
    TEMPLATE_NO_PROMPT("the chat template cannot make a prompt for the assistant turn in message {0}: {1}"),
    TEMPLATE_NOT_CONTINUED("the chat template does not continue its own prompt at the assistant turn in message {0}, so"
            + " what is to be learnt cannot be told apart"),
    TEMPLATE_WRITES_NOTHING("the chat template writes nothing for the assistant turn in message {0}"),
    NO_WEIGHT("every assistant turn has the weight 0, so there is nothing to learn"),
    TOO_LONG("the row has {0} tokens, the limit is {1}"),
    NOTHING_WITHIN("the row has {0} tokens, and nothing to be learnt within the first {1}"),
    NOTHING_LEARNT("the row has nothing to be learnt"),
    NOT_ENCODED("{0}");

    private final String sentence;

    RowFault(String sentence) {
        this.sentence = sentence;
    }

    /** The name in lower case with hyphens, such as {@code message-no-role}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The English sentence with its arguments, without a full stop. */
    public String sentence(List<String> arguments) {
        StringBuilder text = new StringBuilder();
        int from = 0;
        for (int at = sentence.indexOf('{'); at >= 0; at = sentence.indexOf('{', at + 1)) {
            int number = at + 1 < sentence.length() ? sentence.charAt(at + 1) - '0' : -1;
            if (number >= 0 && number < arguments.size()) {
                text.append(sentence, from, at).append(arguments.get(number));
                from = at + 3;
            }
        }
        return text.append(sentence, from, sentence.length()).toString();
    }

    /** A problem with this fault. */
    public RowProblem at(int line, int column, Object... arguments) {
        return new BadRow(this, arguments).at(line, column);
    }
}
