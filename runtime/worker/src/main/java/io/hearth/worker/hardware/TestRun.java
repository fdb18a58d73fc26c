package io.hearth.worker.hardware;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * JUnit tests of a step, from the reports that JUnit's console writes.
 *
 * @param step whose tests they are
 * @param passed how many passed
 * @param failures those that failed, with the first line of what they say
 * @param skipped those that were not run
 */
record TestRun(String step, int passed, List<String> failures, List<String> skipped) {
    private static final int LONGEST_MESSAGE = 400;

    /**
     * Reads all reports of a folder.
     *
     * @throws IOException if one is missing or is no report
     */
    static TestRun read(String step, Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> entries = Files.list(folder)) {
            files = entries.filter(path -> path.getFileName().toString().matches("TEST-.*\\.xml"))
                    .sorted()
                    .toList();
        }
        int passed = 0;
        List<String> failures = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                passed += read(reader(in), failures, skipped);
            } catch (XMLStreamException e) {
                throw new IOException(file + " is no report of JUnit: " + e.getMessage(), e);
            }
        }
        return new TestRun(step, passed, List.copyOf(failures), List.copyOf(skipped));
    }

    private static XMLStreamReader reader(InputStream in) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        return factory.createXMLStreamReader(in);
    }

    private static int read(XMLStreamReader xml, List<String> failures, List<String> skipped)
            throws XMLStreamException {
        int passed = 0;
        String test = null;
        boolean good = true;
        while (xml.hasNext()) {
            int event = xml.next();
            if (event == XMLStreamConstants.START_ELEMENT) {
                switch (xml.getLocalName()) {
                    case "testcase" -> {
                        test = simpleName(xml.getAttributeValue(null, "classname")) + "."
                                + xml.getAttributeValue(null, "name");
                        good = true;
                    }
                    case "failure", "error" -> {
                        failures.add(test + ": " + firstLine(xml.getAttributeValue(null, "message")));
                        good = false;
                    }
                    case "skipped" -> {
                        skipped.add(test);
                        good = false;
                    }
                    default -> {}
                }
            } else if (event == XMLStreamConstants.END_ELEMENT
                    && xml.getLocalName().equals("testcase")
                    && good) {
                passed++;
            }
        }
        return passed;
    }

    private static String simpleName(String className) {
        return className == null ? "?" : className.substring(className.lastIndexOf('.') + 1);
    }

    private static String firstLine(String message) {
        String line = message == null
                ? "no message"
                : message.strip()
                        .lines()
                        .filter(text -> !text.isBlank())
                        .findFirst()
                        .orElse("no message");
        return line.length() > LONGEST_MESSAGE ? line.substring(0, LONGEST_MESSAGE) + "…" : line;
    }
}
