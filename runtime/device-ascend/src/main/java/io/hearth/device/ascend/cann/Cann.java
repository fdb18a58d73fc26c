package io.hearth.device.ascend.cann;

import io.hearth.device.DeviceException;

/**
 * CANN as it is on this machine.
 *
 * @param folders where it is
 * @param versions what its files and those of the driver tell
 */
public record Cann(CannFolders folders, Versions versions) {
    /** Looks at files and loads nothing. */
    public static Cann ofThisMachine() {
        CannFolders folders = CannFolders.ofThisMachine();
        return new Cann(folders, Versions.of(folders));
    }

    /**
     * Loads and starts it.
     *
     * @throws DeviceException with a sentence that says what to install if it is not there, too old, or does not start
     */
    public Acl start() {
        if (folders.home().isEmpty()) {
            throw new DeviceException(absent());
        }
        if (versions.cann() != null) {
            refuseTooOld(versions.cann());
        }
        Acl acl = Acl.start(CannLibraries.in(folders));
        acl.version().ifPresent(this::refuseTooOld);
        return acl;
    }

    private void refuseTooOld(String version) {
        if (Versions.tooOld(version)) {
            throw new DeviceException(
                    "CANN " + version + " in " + folders.home().orElseThrow()
                            + " is too old for Hearth. Install CANN " + Versions.OLDEST
                            + " or newer, toolkit and kernels, with a driver "
                            + "of the same release.");
        }
    }

    private String absent() {
        String looked = folders.configured() == null
                ? "It is looked for in /usr/local/Ascend, or where " + CannFolders.VARIABLE + " says."
                : CannFolders.VARIABLE + " names " + folders.configured() + ", where no lib64/libascendcl.so or "
                        + "lib64/libacl_rt.so is.";
        return folders.driver().isPresent()
                ? "No Ascend card is used: the driver" + (versions.driver() == null ? "" : " " + versions.driver())
                        + " is there, but no CANN. Install CANN " + Versions.OLDEST + " or newer, toolkit and kernels. "
                        + looked
                : "No Ascend card is used: this machine has no Ascend driver and no CANN. " + looked;
    }

    /** The version that CANN itself tells, else that of its files, else what its libraries look like. */
    public String version(Acl acl) {
        return acl.version()
                .orElse(
                        versions.cann() != null
                                ? versions.cann()
                                : acl.libraries().face() + ".x");
    }
}
