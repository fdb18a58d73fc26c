package io.hearth.worker.job;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.hearth.worker.process.Json;
import io.hearth.worker.process.Nearest;
import io.hearth.worker.process.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Reads a JSON file into a record and says in a sentence, with line and field, what does not fit. */
public final class StrictFile {
    /** Most bytes of a job or deployment file. */
    static final long SMALL = 1 << 20;

    private StrictFile() {}

    /**
     * Reads the file.
     *
     * @param what what the file is, such as {@code job file}
     * @param mostBytes larger files are refused
     * @throws UsageException if it is missing, too large, not JSON, or has a member that the record lacks or of another type
     */
    public static <T> T read(Path file, Class<T> type, String what, long mostBytes) {
        byte[] bytes = bytes(file, what, mostBytes);
        try {
            T value = Json.MAPPER.readValue(bytes, type);
            if (value == null) {
                throw new UsageException(file + " holds only null. A " + what + " is an object in braces.");
            }
            return value;
        } catch (UnrecognizedPropertyException e) {
            throw new UsageException(at(file, bytes, e) + unknownField(e), e);
        } catch (InvalidFormatException e) {
            throw new UsageException(
                    at(file, bytes, e) + field(e) + " must be " + kind(e.getTargetType()) + ", not "
                            + shown(e.getValue()) + ".",
                    e);
        } catch (MismatchedInputException e) {
            throw new UsageException(at(file, bytes, e) + mismatch(e, what), e);
        } catch (JsonMappingException e) {
            throw new UsageException(unreadable(file, bytes, e), e);
        } catch (JsonProcessingException e) {
            throw new UsageException(notJson(file, e), e);
        } catch (IOException e) {
            throw new UsageException(file + " is not text in UTF-8. Save it as UTF-8.", e);
        }
    }

    private static byte[] bytes(Path file, String what, long mostBytes) {
        try {
            if (Files.isDirectory(file)) {
                throw new UsageException(file + " is a directory. Give the " + what + " in it.");
            }
            if (!Files.exists(file)) {
                throw new UsageException("There is no file " + file + ". Give the path of a " + what + ".");
            }
            if (Files.size(file) > mostBytes) {
                throw new UsageException(file + " has " + Files.size(file) + " bytes; a " + what + " has at most "
                        + mostBytes + ". Is it a file of rows?");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UsageException(file + " cannot be read: " + e.getMessage() + ". Check its permissions.", e);
        }
    }

    private static String unreadable(Path file, byte[] bytes, JsonMappingException e) {
        return switch (e.getCause()) {
            case InputCoercionException tooLarge ->
                at(file, bytes, e) + field(e) + " is a number that does not fit; it is too large.";
            case JsonProcessingException broken -> notJson(file, broken);
            case null, default -> at(file, bytes, e) + field(e) + " cannot be read.";
        };
    }

    private static String notJson(Path file, JsonProcessingException e) {
        // The parser adds in parentheses where the bracket was opened, in words that name its own classes.
        String reason = e.getOriginalMessage().replaceFirst(" \\(start marker at .*", "");
        return at(file, e) + "this is not JSON: " + reason + ".";
    }

    private static String unknownField(UnrecognizedPropertyException e) {
        Collection<Object> known = e.getKnownPropertyIds();
        List<String> names = known == null
                ? List.of()
                : known.stream().map(Object::toString).sorted().toList();
        String hint = Nearest.to(e.getPropertyName(), names)
                .map(name -> "Did you mean \"" + name + "\"?")
                .orElse("Known here are " + String.join(", ", names) + ".");
        return "there is no field \"" + path(e) + "\". " + hint;
    }

    private static String mismatch(MismatchedInputException e, String what) {
        if (e.getPath().isEmpty()) {
            String message = e.getOriginalMessage();
            if (message.contains("No content")) {
                return "the file is empty. A " + what + " is an object in braces.";
            }
            if (message.startsWith("Trailing token")) {
                return "something stands after the closing brace. A " + what + " is one object.";
            }
            return "a " + what + " is an object in braces.";
        }
        return field(e) + " must be " + kind(e.getTargetType()) + ".";
    }

    private static String at(Path file, JsonProcessingException e) {
        JsonLocation location = e.getLocation();
        return file + (location == null ? ": " : ", line " + location.getLineNr() + ": ");
    }

    /** The line of the member itself: the parser may have gone on by the time it complains. */
    private static String at(Path file, byte[] bytes, JsonMappingException e) {
        String pointer = e.getPath().stream()
                .map(part -> "/" + (part.getFieldName() == null ? String.valueOf(part.getIndex()) : escaped(part)))
                .collect(Collectors.joining());
        try (JsonParser parser = Json.MAPPER.createParser(bytes)) {
            while (parser.nextToken() != null) {
                if (parser.getParsingContext().pathAsPointer().toString().equals(pointer)) {
                    return file + ", line " + parser.currentTokenLocation().getLineNr() + ": ";
                }
            }
        } catch (IOException unreadable) {
            return at(file, e);
        }
        return at(file, e);
    }

    private static String escaped(JsonMappingException.Reference part) {
        return part.getFieldName().replace("~", "~0").replace("/", "~1");
    }

    private static String field(JsonMappingException e) {
        return "\"" + path(e) + "\"";
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(part -> part.getFieldName() == null ? "[" + part.getIndex() + "]" : "." + part.getFieldName())
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
    }

    private static String shown(Object value) {
        String text = String.valueOf(value);
        String cut = text.length() <= 40 ? text : text.substring(0, 40) + "…";
        return value instanceof String ? "\"" + cut + "\"" : cut;
    }

    private static String kind(Class<?> type) {
        if (type == Integer.class || type == Long.class || type == int.class || type == long.class) {
            return "a whole number";
        } else if (type == Double.class || type == double.class) {
            return "a number";
        } else if (type == Boolean.class || type == boolean.class) {
            return "true or false";
        } else if (type == String.class) {
            return "a text in quotes";
        } else if (type != null && (type.isArray() || Collection.class.isAssignableFrom(type))) {
            return "a list in brackets";
        }
        return "an object in braces";
    }
}
