package io.hearth.ui.machine;

/**
 * How far the machine is with something.
 *
 * @param progress per cent of the step
 * @param step what is being done: {@code copying}, {@code checking}, {@code installing}
 * @param text what the program that does it says, in English; may be empty
 */
public record MachineProgress(int progress, String step, String text) {}
