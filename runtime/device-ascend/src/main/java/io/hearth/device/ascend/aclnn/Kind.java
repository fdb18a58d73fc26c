package io.hearth.device.ascend.aclnn;

/** What an operator takes as one argument. */
enum Kind {
    TENSOR("cT", "T"),
    LIST("cTL", "TL"),
    SCALAR("cS"),
    ARRAY("cIA", "IA"),
    TEXT("char*"),
    TYPE("dt"),
    I64("i64"),
    U64("u64"),
    INT("int"),
    I8("i8"),
    BOOL("bool"),
    DOUBLE("double"),
    FLOAT("float");

    private final String[] names;

    Kind(String... names) {
        this.names = names;
    }

    static Kind of(String name) {
        for (Kind kind : values()) {
            for (String candidate : kind.names) {
                if (candidate.equals(name)) {
                    return kind;
                }
            }
        }
        throw new IllegalArgumentException("there is no kind of argument \"" + name + "\"");
    }

    /** Whether NULL may stand for an argument that is not given. */
    boolean mayBeMissing() {
        return this == TENSOR || this == LIST || this == ARRAY;
    }
}
