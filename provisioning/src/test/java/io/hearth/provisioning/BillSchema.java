package io.hearth.provisioning;

import java.io.File;
import java.io.IOException;
import java.util.List;
import org.cyclonedx.Version;
import org.cyclonedx.exception.ParseException;
import org.cyclonedx.parsers.JsonParser;

/** What CycloneDX's schema says against a bill of materials. The image's tests run it on the bill of a real image. */
final class BillSchema {
    private BillSchema() {}

    static List<ParseException> faults(File bill) throws IOException {
        return new JsonParser().validate(bill, Version.VERSION_16);
    }

    public static void main(String[] args) throws IOException {
        List<ParseException> faults = faults(new File(args[0]));
        faults.forEach(fault -> System.err.println(fault.getMessage()));
        if (!faults.isEmpty()) {
            System.exit(1);
        }
        System.out.println("The bill follows the schema of CycloneDX 1.6.");
    }
}
