package io.hearth.device.ascend;

import io.hearth.device.DeviceException;
import io.hearth.device.DeviceInfo;
import io.hearth.device.ascend.aclnn.Soc;
import io.hearth.device.ascend.cann.Acl;
import io.hearth.device.ascend.cann.AclException;
import io.hearth.device.ascend.cann.Cann;
import io.hearth.device.ascend.card.Card;

/**
 * What this machine has for Ascend cards. Every reason why a card cannot be used is a sentence with what to do.
 *
 * @param cann where CANN is, and its versions
 * @param acl CANN's runtime, started
 */
record Machine(Cann cann, Acl acl) {
    /** @throws DeviceException if no card of this machine can be used */
    static Machine find() {
        Cann cann = Cann.ofThisMachine();
        if (cann.folders().home().isEmpty()
                && cann.folders().driver().isEmpty()
                && cann.folders().configured() == null
                && PciCards.haveAscend()) {
            throw new DeviceException(
                    "There is an Ascend card in this machine, but no driver for it. Install the driver and "
                            + "the firmware of Ascend cards, then CANN.");
        }
        Machine machine = new Machine(cann, cann.start());
        if (machine.cards() == 0) {
            throw machine.noCard();
        }
        return machine;
    }

    /** Number of cards; 0 also where CANN finds none and calls that a failure. */
    int cards() {
        try {
            return acl.cards();
        } catch (AclException e) {
            throw new DeviceException(noCard().getMessage() + " " + e.getMessage(), e);
        }
    }

    private DeviceException noCard() {
        return new DeviceException("No Ascend card is used: CANN " + cann.version(acl) + " finds no card."
                + (System.getenv("ASCEND_RT_VISIBLE_DEVICES") == null
                        ? " Look at \"npu-smi info\"."
                        : " The variable ASCEND_RT_VISIBLE_DEVICES is set: it says which cards this process may see."));
    }

    /**
     * The chip of the cards.
     *
     * @throws DeviceException if Hearth cannot use it
     */
    Soc soc() {
        Soc soc = Soc.of(acl.socName());
        if (soc.tooOld()) {
            throw new DeviceException(
                    "The card's chip " + soc.name() + " is not one that Hearth can use: it needs an Atlas A2 "
                            + "(Ascend910B1 and the like), A3 (Ascend910_93...) or 310P.");
        }
        return soc;
    }

    /**
     * Takes a card for this process.
     *
     * @throws DeviceException if it cannot be used
     */
    Card take(int index) {
        try {
            return Card.take(acl, index);
        } catch (AclException e) {
            throw new DeviceException(named(index) + " cannot be used. " + e.getMessage(), e);
        }
    }

    /** Such as {@code ascend:0 (Ascend910B3)}. */
    String named(int index) {
        return "ascend:" + index + " (" + acl.socName() + ")";
    }

    /** Versions, one line for a person. */
    String describe() {
        return "CANN " + cann.version(acl)
                + (cann.versions().driver() == null
                        ? ""
                        : ", driver " + cann.versions().driver())
                + (cann.versions().firmware() == null
                        ? ""
                        : ", firmware " + cann.versions().firmware());
    }

    DeviceInfo info(Card card, String detail) {
        return new DeviceInfo(
                "ascend",
                card.index(),
                acl.socName(),
                detail,
                card.totalBytes(),
                card.freeBytes(),
                acl.cores(card.index()));
    }
}
