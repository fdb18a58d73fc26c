package io.hearth.device.conformance;

/** A device did not do what the API says. */
final class ConformanceFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ConformanceFailure(String message) {
        super(message);
    }
}
