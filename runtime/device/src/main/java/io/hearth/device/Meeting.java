package io.hearth.device;

/** Where the ranks of a {@link HostCollective} meet, and hand each other host memory. */
interface Meeting {
    /** Number of ranks. */
    int size();

    /**
     * Waits until every rank has brought something, and returns it all in rank order.
     *
     * @throws RankLostException if the ranks are not making the same call, one has left, or one does not come
     */
    Message[] meet(int rank, Message message);

    /** Hands something to another rank. */
    void send(int rank, int target, Message message);

    /** Waits for what another rank sends. */
    Message receive(int rank, int source, String call);

    /** Takes a rank out of the group, which ends the group for all. */
    void leave(int rank);

    /**
     * What a rank brings.
     *
     * @param call what it is doing, in words that are the same for all ranks that do the same
     * @param data a copy of its own
     */
    record Message(String call, byte[] data) {}

    /** @throws RankLostException if the ranks have come for different calls */
    static void requireSameCall(int rank, Message[] all) {
        String mine = all[rank].call;
        for (int other = 0; other < all.length; other++) {
            if (!all[other].call.equals(mine)) {
                throw new RankLostException("Rank " + rank + " calls " + mine + " while rank " + other + " calls "
                        + all[other].call + ". All ranks must make the same calls in the same order.");
            }
        }
    }
}
