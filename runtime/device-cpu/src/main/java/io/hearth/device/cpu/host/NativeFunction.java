package io.hearth.device.cpu.host;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Binds C functions by a short signature. */
public final class NativeFunction {
    private NativeFunction() {}

    /**
     * A function of a library.
     *
     * @param signature result, then one letter per parameter: L long or pointer as a number, I int, F float, V no result
     * @throws IllegalStateException if the library has no such function
     */
    public static MethodHandle bind(SymbolLookup library, String name, String signature) {
        MemoryLayout[] parameters = new MemoryLayout[signature.length() - 1];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = layout(signature.charAt(i + 1));
        }
        FunctionDescriptor descriptor = signature.charAt(0) == 'V'
                ? FunctionDescriptor.ofVoid(parameters)
                : FunctionDescriptor.of(layout(signature.charAt(0)), parameters);
        return Linker.nativeLinker()
                .downcallHandle(
                        library.find(name)
                                .orElseThrow(
                                        () -> new IllegalStateException("the native library has no function " + name)),
                        descriptor);
    }

    private static MemoryLayout layout(char letter) {
        return switch (letter) {
            case 'L' -> ValueLayout.JAVA_LONG;
            case 'I' -> ValueLayout.JAVA_INT;
            case 'F' -> ValueLayout.JAVA_FLOAT;
            default -> throw new IllegalArgumentException("no layout for " + letter);
        };
    }

    /** Wraps what a method handle threw; native functions themselves throw nothing. */
    public static IllegalStateException failed(Throwable e) {
        return new IllegalStateException("a native function could not be called", e);
    }
}
