package io.hearth.device.ascend.cann;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import io.hearth.device.DeviceException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Binds classes of native methods to the library that has their functions. */
public final class Natives {
    private Natives() {}

    /** The functions that a class declares, in alphabetical order. */
    static List<String> names(Class<?> calls) {
        return Arrays.stream(calls.getDeclaredMethods())
                .filter(method -> Modifier.isNative(method.getModifiers()))
                .map(Method::getName)
                .sorted()
                .toList();
    }

    /** Whether all functions of a class are in one library of a part; if so, they are bound. */
    public static boolean bind(CannLibraries libraries, Part part, Class<?> calls) {
        List<String> names = names(calls);
        Optional<NativeLibrary> library = libraries.holding(part, names.getFirst());
        if (library.isEmpty()
                || !names.stream()
                        .allMatch(name -> libraries.holding(part, name).equals(library))) {
            return false;
        }
        Native.register(calls, library.get());
        return true;
    }

    /**
     * Binds functions without which no card is used.
     *
     * @throws DeviceException with a sentence if a library or a function is missing
     */
    static void require(CannLibraries libraries, Part part, Class<?> calls) {
        if (!bind(libraries, part, calls)) {
            throw new DeviceException(whyNot(libraries, part, names(calls)));
        }
    }

    private static String whyNot(CannLibraries libraries, Part part, List<String> names) {
        String home = libraries.folders().home().map(Object::toString).orElse("");
        Optional<String> library = libraries.missing(part);
        if (library.isPresent()) {
            return "CANN in " + home + " is not complete: its library " + library.get()
                    + " is missing. Install CANN's toolkit " + Versions.OLDEST + " or newer there again.";
        }
        List<String> missing = names.stream()
                .filter(name -> libraries.holding(part, name).isEmpty())
                .toList();
        return "CANN in " + home + " lacks " + String.join(", ", missing)
                + ", which Hearth cannot do without. Install CANN " + Versions.OLDEST + " or newer.";
    }
}
