package io.hearth.device.ascend;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * A deliberate error of the Ascend device, and how it is found.
 *
 * @param name of the fault
 * @param file of the device's sources, below its package
 * @param right what stands there
 * @param wrong what stands there instead
 * @param kernel method of {@link io.hearth.device.Kernels} that shows it
 * @param finds part of what the kit, the device or the stand-in says about it
 */
record DeviceFault(String name, String file, String right, String wrong, String kernel, String finds) {
    private static final Path SOURCES =
            Path.of("src/main/java/io/hearth/device/ascend").toAbsolutePath();

    /** Compiles the file with the fault, and gives the class path that puts it in the place of the right one. */
    String classPath(Path scratch) throws IOException {
        String text = Files.readString(SOURCES.resolve(file));
        if (!text.contains(right)) {
            throw new AssertionError("The fault " + name + " no longer fits " + file + ", which has no: " + right);
        }
        Path source = scratch.resolve("sources").resolve(file);
        Files.createDirectories(source.getParent());
        Files.writeString(source, text.replace(right, wrong));
        Path classes = Files.createDirectories(scratch.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        String usual = System.getProperty("java.class.path");
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(
                            messages,
                            files,
                            null,
                            List.of("-proc:none", "-nowarn", "-d", classes.toString(), "-cp", usual),
                            null,
                            files.getJavaFileObjects(source))
                    .call();
            if (!compiled) {
                throw new AssertionError("The fault " + name + " does not compile: " + messages);
            }
        }
        return classes + File.pathSeparator + usual;
    }

    @Override
    public String toString() {
        return name;
    }
}
