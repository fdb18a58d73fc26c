package io.hearth.device;

/**
 * A collective that looks at its arguments before it hands them on, and refuses every call after {@link #close}. Back ends
 * wrap theirs in it, so that all of them refuse the same calls with the same words.
 */
public final class CheckedCollective implements Collective {
    private final Collective collective;
    private boolean closed;

    /** @param collective does the work; is only called with arguments that follow the rules of {@link Collective} */
    public CheckedCollective(Collective collective) {
        this.collective = collective;
    }

    @Override
    public int rank() {
        return collective.rank();
    }

    @Override
    public int size() {
        return collective.size();
    }

    @Override
    public void allReduce(Tensor values) {
        checkSummable(values);
        collective.allReduce(values);
    }

    @Override
    public void reduceScatter(Tensor all, Tensor part) {
        checkSummable(all);
        checkParts(all, part);
        collective.reduceScatter(all, part);
    }

    @Override
    public void allGather(Tensor part, Tensor all) {
        checkOpen(part);
        checkParts(all, part);
        collective.allGather(part, all);
    }

    @Override
    public void broadcast(Tensor values, int root) {
        checkOpen(values);
        checkRank(root);
        collective.broadcast(values, root);
    }

    @Override
    public void send(Tensor values, int target) {
        checkOpen(values);
        checkOther(target);
        collective.send(values, target);
    }

    @Override
    public void receive(Tensor values, int source) {
        checkOpen(values);
        checkOther(source);
        collective.receive(values, source);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            collective.close();
        }
    }

    private void checkOpen(Tensor values) {
        if (closed) {
            throw new DeviceException("Rank " + rank() + " has left the group and cannot exchange anything any more.");
        }
        TensorCheck.of("values", values).contiguous();
    }

    private void checkSummable(Tensor values) {
        checkOpen(values);
        TensorCheck.of("values", values).act();
    }

    private void checkParts(Tensor all, Tensor part) {
        TensorCheck.of("part", part)
                .contiguous()
                .type(TensorCheck.of("all", all).contiguous().tensor().type());
        if (all.elements() != part.elements() * size()) {
            throw new IllegalArgumentException(
                    "all is " + all + ", which is not " + size() + " times as large as part, " + part);
        }
    }

    private void checkRank(int other) {
        if (other < 0 || other >= size()) {
            throw new IllegalArgumentException("there is no rank " + other + " in a group of " + size());
        }
    }

    private void checkOther(int other) {
        checkRank(other);
        if (other == rank()) {
            throw new IllegalArgumentException("rank " + rank() + " cannot exchange with itself");
        }
    }
}
