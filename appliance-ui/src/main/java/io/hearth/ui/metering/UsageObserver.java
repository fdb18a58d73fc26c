package io.hearth.ui.metering;

/** Hears of usage as it is stored: limits and live figures, which live in memory. */
public interface UsageObserver {
    /** Called once for each usage, after the transaction that stores it. Quick, and without faults. */
    void used(Usage usage);
}
