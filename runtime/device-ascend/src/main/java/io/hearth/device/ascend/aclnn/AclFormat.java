package io.hearth.device.ascend.aclnn;

/** How a tensor lies in memory: {@code aclFormat}. */
public enum AclFormat {
    /** Row-major in any number of dimensions. */
    ND(2),
    /** Tiles of 16 rows, as the matrix unit reads weights. */
    FRACTAL_NZ(29);

    private final int code;

    AclFormat(int code) {
        this.code = code;
    }

    /** The number by which CANN knows the format. */
    public int code() {
        return code;
    }
}
