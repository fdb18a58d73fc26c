package io.hearth.device.conformance;

/** Result of a check or of a device. What could not be tried is skipped, which is not the same as passed. */
public enum Outcome {
    PASSED,
    FAILED,
    SKIPPED
}
