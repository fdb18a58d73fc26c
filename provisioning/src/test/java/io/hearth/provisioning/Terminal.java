package io.hearth.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program at a pseudo-terminal, which {@code script} of util-linux makes, and what a person sees and types there. */
final class Terminal implements AutoCloseable {
    private final Process process;
    private final OutputStream keys;
    private final StringBuilder screen = new StringBuilder();
    private int seen;

    Terminal(List<String> command, Map<String, String> environment, Path errors) throws IOException {
        // The errors go to a file, as the unit's go to the journal.
        String line = "exec '" + String.join("' '", command) + "' 2>>'" + errors + "'";
        ProcessBuilder builder = new ProcessBuilder("script", "--quiet", "--return", "--command", line, "/dev/null");
        builder.environment().putAll(environment);
        builder.environment().put("SHELL", "/bin/sh");
        process = builder.redirectErrorStream(true).start();
        keys = process.getOutputStream();
        Thread.ofVirtual().start(this::read);
    }

    private void read() {
        byte[] buffer = new byte[4096];
        try (InputStream in = process.getInputStream()) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                synchronized (screen) {
                    screen.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                }
            }
        } catch (IOException e) {
            // The terminal is gone.
        }
    }

    /** All that was written since the last text that was waited for. */
    String now() {
        synchronized (screen) {
            return screen.substring(seen);
        }
    }

    /** Everything that was ever written. */
    String all() {
        synchronized (screen) {
            return screen.toString();
        }
    }

    /** Waits for a text after the last one that was waited for. */
    void await(String text) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            synchronized (screen) {
                int at = screen.indexOf(text, seen);
                if (at >= 0) {
                    seen = at + text.length();
                    return;
                }
            }
            assertThat(System.nanoTime()).as("\"%s\" in:%n%s", text, now()).isLessThan(end);
            assertThat(process.isAlive())
                    .as("the program has ended before \"%s\":%n%s", text, now())
                    .isTrue();
            Thread.sleep(20);
        }
    }

    void type(String text) throws IOException {
        type(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void type(byte[] bytes) throws IOException {
        keys.write(bytes);
        keys.flush();
    }

    /** Answers a question once it is asked; questions that forget what was typed before them do so for a moment. */
    void answer(String question, String text) throws Exception {
        await(question);
        Thread.sleep(400);
        type(text + "\r");
    }

    boolean runs() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
