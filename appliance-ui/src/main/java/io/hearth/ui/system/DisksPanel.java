package io.hearth.ui.system;

import io.hearth.ui.core.Actor;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import java.util.function.Supplier;

/** Room on the data partition, and the disks with their health. */
final class DisksPanel extends FactsPanel {
    private final transient SystemService system;
    private final transient Supplier<Actor> actor;

    DisksPanel(SystemService system, Supplier<Actor> actor) {
        super("system.disks");
        this.system = system;
        this.actor = actor;
        setId("disks");
    }

    /** Asks the machine again. */
    void refresh() {
        show(() -> {
            MachineFacts.Disks disks = system.disks(actor.get());
            Figures figures = Figures.here();
            fact(
                    "system.disks.room",
                    Language.say(
                            "system.disks.free",
                            figures.bytes(disks.var().freeBytes()),
                            figures.bytes(disks.var().totalBytes())));
            for (MachineFacts.Disk disk : disks.disks()) {
                String model = disk.model() == null ? "" : disk.model().strip();
                String health = disk.health() == null
                        ? Language.say("system.disks.silent")
                        : Language.say("system.disks." + disk.health().verdict())
                                + (disk.health().usedPercent() == null
                                        ? ""
                                        : "; "
                                                + Language.say(
                                                        "system.disks.used",
                                                        disk.health().usedPercent()));
                labelled(
                        disk.name(),
                        String.join(
                                " · ",
                                java.util.stream.Stream.of(model, figures.bytes(disk.sizeBytes()), health)
                                        .filter(word -> !word.isEmpty())
                                        .toList()));
            }
        });
    }
}
