package io.hearth.agent.telemetry.doctor;

/**
 * Tells whether something has held long enough to be said, and goes on saying it over short interruptions, so that nothing
 * flickers.
 */
final class Spell {
    private final long needed;
    private final long grace;
    private long begin = -1;
    private long last = -1;

    /**
     * @param needed milliseconds that it must hold
     * @param grace longest interruption in milliseconds
     */
    Spell(long needed, long grace) {
        this.needed = needed;
        this.grace = grace;
    }

    /** Whether it is to be said now, at which it does or does not hold. */
    boolean holds(boolean now, long time) {
        if (begin >= 0 && time - last > grace) {
            begin = -1;
        }
        if (now) {
            begin = begin < 0 ? time : begin;
            last = time;
        }
        return begin >= 0 && last - begin >= needed;
    }
}
