package io.hearth.device.ascend.aclnn;

import java.util.LinkedHashMap;
import java.util.Map;

/** What was prepared for the latest calls. The one that was not used for longest goes when there are too many. */
final class ExecutorCache {
    /** A decoder of 64 layers calls some 2,000 different operators in a training step. */
    static final int MOST = 8192;

    private final LinkedHashMap<Key, Prepared> prepared = new LinkedHashMap<>(256, 0.75f, true);
    private final Key probe = new Key();
    private final int most;

    ExecutorCache(int most) {
        this.most = most;
    }

    /** Numbers that tell calls apart. */
    private static final class Key {
        private LongList numbers = new LongList();
        private Bound bound;
        private int hash;

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && hash == key.hash && bound == key.bound && numbers.sameAs(key.numbers);
        }

        Key copy() {
            Key copy = new Key();
            copy.numbers = numbers.copy();
            copy.bound = bound;
            copy.hash = hash;
            return copy;
        }
    }

    /**
     * What was prepared for a call like this one; null if nothing.
     *
     * @param byAttributes whether calls with other scalars, arrays and values are other calls
     * @param byAddresses whether calls with tensors elsewhere are other calls
     */
    Prepared find(Bound bound, Arguments arguments, boolean byAttributes, boolean byAddresses) {
        probe.bound = bound;
        probe.numbers.clear();
        probe.numbers.addAll(arguments.shapes);
        if (byAttributes) {
            probe.numbers.addAll(arguments.attributes);
        }
        if (byAddresses) {
            probe.numbers.addAll(arguments.addresses);
        }
        probe.hash = 31 * System.identityHashCode(bound) + probe.numbers.hash();
        return prepared.get(probe);
    }

    /** Keeps what was prepared for the call that was looked for last. */
    void keep(Prepared call) {
        prepared.put(probe.copy(), call);
        if (prepared.size() > most) {
            Map.Entry<Key, Prepared> eldest = prepared.firstEntry();
            prepared.remove(eldest.getKey());
            eldest.getValue().destroy();
        }
    }

    /** Forgets what was prepared for the call that was looked for last. */
    void forget() {
        Prepared call = prepared.remove(probe);
        if (call != null) {
            call.destroy();
        }
    }

    int size() {
        return prepared.size();
    }

    void close() {
        prepared.values().forEach(Prepared::destroy);
        prepared.clear();
    }
}
