package io.hearth.device;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** How the ranks of a group find each other: rank 0 makes the group's id, and the others learn it. */
public interface Rendezvous extends AutoCloseable {
    /**
     * Takes part, and answers the group's id.
     *
     * @param rank this participant
     * @param size number of participants
     * @param make makes an id; called by rank 0 alone
     * @param patience how long the others wait for the id
     * @throws DeviceException with a sentence if it does not come
     */
    byte[] enter(int rank, int size, Supplier<byte[]> make, Duration patience);

    /**
     * Says of a rank that took part and is there no longer, as far as that can be known: "rank 1 has ended" or "rank 1 has left
     * the group". Ranks that have ended without leaving come first, since others may have left because of them.
     */
    Optional<String> lost();

    /** Leaves; the others see this rank as lost from now on. */
    @Override
    void close();

    /** An id that all ranks were given. Whether ranks are alive is not known then. */
    static Rendezvous at(byte[] id) {
        return new Rendezvous() {
            @Override
            public byte[] enter(int rank, int size, Supplier<byte[]> make, Duration patience) {
                return id.clone();
            }

            @Override
            public Optional<String> lost() {
                return Optional.empty();
            }

            @Override
            public void close() {}
        };
    }
}
