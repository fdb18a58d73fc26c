package io.hearth.device.ascend.hccl;

/** What the codes of HCCL mean, for a person. */
final class HcclStatus {
    static final int SUCCESS = 0;

    private HcclStatus() {}

    /** The meaning of a code, without a full stop. */
    static String meaning(int status) {
        return switch (status) {
            case 1 -> "an argument is wrong";
            case 2 -> "an address is missing";
            case 3 -> "it has not enough memory; each group takes HCCL_BUFFSIZE (200 MB) on the card";
            case 4 -> "a fault within HCCL";
            case 5 -> "the card or the type of the numbers is not supported";
            case 6 -> "something that it needs was not found";
            case 7 -> "something that it needs cannot be used now";
            case 8 -> "the system has refused a call";
            case 9 -> "the other cards did not come in time; HCCL_CONNECT_TIMEOUT sets how long it waits to connect";
            case 10 -> "a file cannot be opened";
            case 11, 12, 13, 14 -> "the connection to another card cannot be made or has broken";
            case 15 -> "CANN's runtime has failed";
            case 16 -> "the driver has failed";
            case 19 -> "the network between the cards has failed";
            case 20 -> "it is busy";
            case 21 -> "another card has failed";
            case 22 -> "it is being suspended";
            case 23 -> "an exchange could not be repeated";
            case 24 -> "the card has not enough memory";
            default -> "unknown";
        };
    }
}
