package io.hearth.device.ascend.aclnn;

import io.hearth.device.ascend.aclnn.bindings.Signature;
import java.util.Arrays;
import java.util.Set;

/** One of CANN's operators: its name, what it takes, and the class that its functions are bound to. */
public final class Operator {
    static final String FIRST_PHASE = "GetWorkspaceSize";

    /** Called with other lengths, seeds or offsets at each step. */
    private static final Set<String> VARYING = Set.of(
            "aclnnFlashAttentionVarLenScore",
            "aclnnFlashAttentionUnpaddingScoreGrad",
            "aclnnFusedInferAttentionScoreV2",
            "aclnnFusedInferAttentionScoreV3",
            "aclnnFusedInferAttentionScoreV4",
            "aclnnInplaceUniform",
            "aclnnDropoutGenMask");

    private final Class<?> binding;
    private final String name;
    private final Kind[] kinds;
    private final String[] parameters;
    private final boolean inPlace;
    private final boolean varying;

    private Operator(Class<?> binding) {
        this.binding = binding;
        name = "aclnn" + binding.getSimpleName();
        String[] declared = binding.getAnnotation(Signature.class).value().split(", ");
        kinds = new Kind[declared.length];
        parameters = new String[declared.length];
        boolean writesArgument = false;
        for (int i = 0; i < declared.length; i++) {
            String[] parts = declared[i].split(" ");
            kinds[i] = Kind.of(parts[0]);
            parameters[i] = parts[1];
            writesArgument |= parts[1].endsWith("Ref");
        }
        inPlace = writesArgument || name.startsWith("aclnnInplace");
        varying = VARYING.contains(name) || Arrays.asList(kinds).contains(Kind.FLOAT);
    }

    static Operator of(Class<?> binding) {
        return new Operator(binding);
    }

    /** Such as {@code aclnnMm}: the function of the second phase, and the beginning of the first's name. */
    public String name() {
        return name;
    }

    Class<?> binding() {
        return binding;
    }

    /** Arguments of the first phase, without workspace size and executor. */
    int arguments() {
        return kinds.length;
    }

    Kind kind(int argument) {
        return kinds[argument];
    }

    String parameter(int argument) {
        return parameters[argument];
    }

    /** Whether it takes or gives a list of tensors. */
    boolean hasLists() {
        return Arrays.asList(kinds).contains(Kind.LIST);
    }

    /** Whether a tensor is both input and output. */
    boolean inPlace() {
        return inPlace;
    }

    /**
     * Whether scalars, arrays and values are likely to be others at the next call: the learning rate of an optimiser, the
     * lengths of sequences.
     */
    boolean varying() {
        return varying;
    }

    @Override
    public String toString() {
        return name;
    }
}
