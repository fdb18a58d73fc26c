package io.hearth.ui.it;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Texts that must not be found again, and the search for them in whatever form they may have been written. */
final class Canaries {
    private final Map<String, byte[]> forms = new LinkedHashMap<>();

    /** Remembers a text that must not be found. */
    String add(String what, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        form(what, bytes);
        form(what + ", UTF-16", text.getBytes(StandardCharsets.UTF_16LE));
        form(what + ", hex", ascii(HexFormat.of().formatHex(bytes)));
        form(what + ", HEX", ascii(HexFormat.of().withUpperCase().formatHex(bytes)));
        form(what + ", in a URL", ascii(URLEncoder.encode(text, StandardCharsets.UTF_8)));
        form(
                what + ", in a URL with %20",
                ascii(URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20")));
        form(what + ", in JSON", json(text, false).getBytes(StandardCharsets.UTF_8));
        form(what + ", in JSON with \\u", ascii(json(text, true)));
        form(what + ", in upper case", text.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8));
        form(what + ", in lower case", text.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8));
        // Base 64 is cut out of a longer text: where it begins among three bytes decides its letters, but for the
        // edges.
        for (int shift = 0; shift < 3; shift++) {
            byte[] shifted = new byte[shift + bytes.length];
            System.arraycopy(bytes, 0, shifted, shift, bytes.length);
            String standard = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            String inner = standard.substring(shift == 0 ? 0 : shift + 1, shifted.length / 3 * 4);
            form(what + ", in base 64", ascii(inner));
            form(what + ", in base 64 for URLs", ascii(inner.replace('+', '-').replace('/', '_')));
        }
        return text;
    }

    private void form(String what, byte[] bytes) {
        if (bytes.length >= 8) {
            forms.putIfAbsent(what + " " + forms.size(), bytes);
        }
    }

    int forms() {
        return forms.size();
    }

    /** Where any of them is found in a file, or in what is packed in it. */
    List<String> in(String name, byte[] content) throws IOException {
        List<String> found = new ArrayList<>();
        forms.forEach((what, form) -> {
            if (contains(content, form)) {
                found.add(what + " in " + name);
            }
        });
        if (begins(content, 'P', 'K')) {
            try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(content))) {
                for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                    found.addAll(in(name + "!" + entry.getName(), zip.readAllBytes()));
                    found.addAll(in(name + "!name", entry.getName().getBytes(StandardCharsets.UTF_8)));
                }
            }
        } else if (begins(content, 0x1f, 0x8b)) {
            try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(content))) {
                found.addAll(in(name + "!gzip", gzip.readAllBytes()));
            }
        }
        return found;
    }

    private static boolean begins(byte[] content, int first, int second) {
        return content.length > 2 && (content[0] & 0xff) == first && (content[1] & 0xff) == second;
    }

    private static boolean contains(byte[] content, byte[] form) {
        for (int i = 0; i <= content.length - form.length; i++) {
            int at = 0;
            while (at < form.length && content[i + at] == form[at]) {
                at++;
            }
            if (at == form.length) {
                return true;
            }
        }
        return false;
    }

    private static String json(String text, boolean escaped) {
        StringBuilder json = new StringBuilder();
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < 32 || escaped && c > 126) {
                json.append("\\u%04x".formatted((int) c));
            } else {
                json.append(c);
            }
        }
        return json.toString();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
