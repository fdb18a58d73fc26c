package io.hearth.device.ascend.card;

import io.hearth.device.DeviceException;
import io.hearth.device.ascend.cann.Acl;
import java.util.HashMap;
import java.util.Map;

/**
 * A card that this process has turned to. CANN remembers for each thread of the system which card its calls are for, and
 * counts how often it was told; the card is left when the last holder closes.
 */
public final class Card implements AutoCloseable {
    private static final ThreadLocal<Turned> TURNED = ThreadLocal.withInitial(Turned::new);
    private static final Map<Integer, Hold> HOLDS = new HashMap<>();

    private final Acl acl;
    private final int index;
    private final Hold hold;
    private boolean open = true;

    /** The card that a thread has turned to. */
    private static final class Turned {
        private Hold hold;
    }

    /** What all holders of a card in this process share. */
    private static final class Hold {
        private int holders;
        private int turns;
    }

    private Card(Acl acl, int index, Hold hold) {
        this.acl = acl;
        this.index = index;
        this.hold = hold;
    }

    /** @throws DeviceException if the card cannot be used */
    public static Card take(Acl acl, int index) {
        Card card;
        synchronized (HOLDS) {
            Hold hold = HOLDS.computeIfAbsent(index, ignored -> new Hold());
            hold.holders++;
            card = new Card(acl, index, hold);
        }
        try {
            card.bind();
        } catch (DeviceException e) {
            card.forget();
            throw e;
        }
        return card;
    }

    public Acl acl() {
        return acl;
    }

    /** CANN's number of the card. */
    public int index() {
        return index;
    }

    /** Makes this card the one that the calling thread's next calls are for. */
    public void bind() {
        Turned turned = TURNED.get();
        // A virtual thread may go on on another thread of the system than before.
        if (turned.hold == hold && !Thread.currentThread().isVirtual()) {
            return;
        }
        if (!open) {
            throw new IllegalStateException("the card ascend:" + index + " is closed");
        }
        acl.turnTo(index);
        synchronized (HOLDS) {
            hold.turns++;
        }
        turned.hold = hold;
    }

    /** Memory of the card that is free, in bytes. */
    public long freeBytes() {
        bind();
        return acl.memory()[0];
    }

    /** Memory of the card in bytes. */
    public long totalBytes() {
        bind();
        return acl.memory()[1];
    }

    /** @return whether this was the last holder */
    private boolean forget() {
        synchronized (HOLDS) {
            open = false;
            hold.holders--;
            if (hold.holders > 0) {
                return false;
            }
            // Threads that have turned to this hold must turn again if the card is taken once more.
            HOLDS.remove(index, hold);
            return true;
        }
    }

    /** Forgets the card without telling CANN, which might wait for work that never ends. */
    void abandon() {
        if (open) {
            forget();
            TURNED.remove();
        }
    }

    @Override
    public void close() {
        if (!open) {
            return;
        }
        bind();
        if (forget()) {
            for (int turn = 0; turn < hold.turns; turn++) {
                acl.leave(index);
            }
            TURNED.remove();
        }
    }
}
