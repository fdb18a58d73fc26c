package io.hearth.agent.enrolment;

/** The control plane has answered, and the answer is no. */
public final class EnrolmentRefused extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;

    EnrolmentRefused(int status, String sentence) {
        super(sentence);
        this.status = status;
    }

    /** Status of the HTTP answer. */
    public int status() {
        return status;
    }
}
