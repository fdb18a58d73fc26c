package io.hearth.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tokenizer library asks the network on its first use unless told not to. In a fresh process, Java's URLs and sockets
 * are made to write down whatever they are asked for; the library without Hearth's settings shows that this works.
 */
class OfflineTest {
    @TempDir
    Path folder;

    /** Loads a tokenizer in its own process: {@code ours} as Hearth does, {@code library} without Hearth's settings. */
    public static final class Child {
        public static void main(String[] arguments) throws Exception {
            URL.setURLStreamHandlerFactory(protocol -> protocol.startsWith("http") ? new Refusing() : null);
            ProxySelector.setDefault(new RefusingSelector());
            Path model = Path.of(arguments[1]);
            if (arguments[0].equals("ours")) {
                try (Tokenizer tokenizer = Tokenizer.load(model)) {
                    System.out.println("TOKENS " + tokenizer.encode("hello").length);
                }
            } else {
                try (var tokenizer = ai.djl.huggingface.tokenizers.HuggingFaceTokenizer.newInstance(
                        model.resolve("tokenizer.json"))) {
                    System.out.println("TOKENS " + tokenizer.encode("hello").getIds().length);
                }
            }
            System.exit(0);
        }
    }

    /** Writes down and refuses every HTTP connection, also one that asks for no proxy. */
    private static final class Refusing extends URLStreamHandler {
        @Override
        protected URLConnection openConnection(URL url) throws IOException {
            System.out.println("CONNECTION " + url);
            throw new IOException("refused");
        }

        @Override
        protected URLConnection openConnection(URL url, Proxy proxy) throws IOException {
            return openConnection(url);
        }
    }

    /** Writes down every plain socket, and sends it to a closed port of this machine. */
    private static final class RefusingSelector extends ProxySelector {
        @Override
        public List<Proxy> select(URI uri) {
            System.out.println("CONNECTION " + uri);
            return List.of(new Proxy(Proxy.Type.SOCKS, new InetSocketAddress(InetAddress.getLoopbackAddress(), 9)));
        }

        @Override
        public void connectFailed(URI uri, SocketAddress address, IOException e) {}
    }

    private String child(String mode) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-Dhearth.home=" + folder.resolve("home"),
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                mode,
                folder.toString()));
        Path output = folder.resolve("output-" + mode);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("DJL") || name.startsWith("OPT_OUT"));
        if (mode.equals("library")) {
            builder.environment().put("DJL_CACHE_DIR", folder.resolve("cache").toString());
        }
        assertThat(builder.start().waitFor()).as(mode).isZero();
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    @Test
    void noConnectionIsTried() throws Exception {
        TestTokenizers.write(folder, null);
        assertThat(child("library")).contains("CONNECTION ").contains("TOKENS 1");
        assertThat(child("ours")).doesNotContain("CONNECTION ").contains("TOKENS 1");
        try (Stream<Path> files = Files.walk(folder.resolve("home").resolve("cache"))) {
            assertThat(files.map(Path::getFileName).map(Path::toString)).contains("libtokenizers.so");
        }
    }
}
