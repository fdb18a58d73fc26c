package io.hearth.device.ascend;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A Java process with the class path of this one, and nothing in its environment that points to CANN. */
record ChildProcess(int status, String output) {
    static ChildProcess run(Map<String, String> environment, List<String> options, Class<?> main, String... arguments) {
        return run(environment, options, System.getProperty("java.class.path"), main, arguments);
    }

    /** The same with another class path. */
    static ChildProcess run(
            Map<String, String> environment,
            List<String> options,
            String classPath,
            Class<?> main,
            String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java", "--enable-native-access=ALL-UNNAMED", "-Xmx512m"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.matches("(HEARTH_ASCEND|HEARTH_STANDIN|ASCEND_).*"));
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new ChildProcess(process.waitFor(), output);
        } catch (IOException e) {
            throw new AssertionError("the child could not be started", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the child ran", e);
        }
    }
}
