package io.hearth.ui.machine;

import io.hearth.ui.blobs.BlobStore;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.uploads.Uploads;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;

/**
 * Bundles on their way onto the machine. An installation is the machine's: it goes on when this process ends, and is found again at
 * its next start.
 */
@ApplicationScoped
public class Updates {
    private static final System.Logger LOG = System.getLogger(Updates.class.getName());

    private final MachineSocket socket;
    private final Machine machine;
    private final Uploads uploads;
    private final BlobStore blobs;
    private final News news;
    private final Path place;
    private final AtomicBoolean following = new AtomicBoolean();
    private volatile MachineProgress progress;

    public Updates(
            MachineSocket socket, Machine machine, Uploads uploads, BlobStore blobs, News news, HearthHome home) {
        this.socket = socket;
        this.machine = machine;
        this.uploads = uploads;
        this.blobs = blobs;
        this.news = news;
        // The one place that the machine takes bundles from.
        this.place = home.folder("updates").resolve("bundle.raucb");
    }

    void start(@Observes StartupEvent started) {
        if (machine.present()) {
            Thread.ofVirtual().name("machine-status").start(this::lookAgain);
        }
    }

    /** The machine's state; an installation that goes on unwatched is followed from now on. */
    public MachineStatus status(Actor actor) {
        MachineStatus status = machine.status(actor);
        if (status.installing() != null && following.compareAndSet(false, true)) {
            Thread.ofVirtual().name("update-follow").start(() -> follow("follow", Map.of(), seen -> {}));
        }
        return status;
    }

    /** How far the installation is that goes on; empty if there is none that this process knows of. */
    public Optional<MachineProgress> progress() {
        return Optional.ofNullable(progress);
    }

    /** Hands an uploaded file over to the machine, in the place of one that was there, and tells what is in it. */
    public Inspection take(Actor actor, String upload) {
        actor.needs(Role.ADMINISTRATOR);
        refuseWhileInstalling(actor);
        Uploads.Uploaded file = uploads.finished(actor, upload);
        Inspection found = machine.recorded(
                actor,
                "update.upload",
                "",
                Map.of("name", file.name(), "sha256", file.blob().sha256()),
                () -> {
                    put(blobs.path(file.blob().sha256()));
                    return inspect(actor);
                });
        uploads.forget(upload);
        news.publish(News.Topic.MACHINE, "");
        return found;
    }

    /**
     * What is in the uploaded bundle.
     *
     * @throws Problem if there is none
     */
    public Inspection inspect(Actor actor) {
        actor.needs(Role.ADMINISTRATOR);
        return Json.read(socket.ask("inspect", Map.of()), Inspection.class);
    }

    /** The bundles on the sticks that are plugged in. */
    public List<Inspection> sticks(Actor actor) {
        actor.needs(Role.ADMINISTRATOR);
        return StreamSupport.stream(
                        socket.ask("sticks", Map.of()).path("bundles").spliterator(), false)
                .map(found -> Json.read(found, Inspection.class))
                .toList();
    }

    /** Takes the uploaded bundle away. */
    public void discard(Actor actor) {
        actor.needs(Role.ADMINISTRATOR);
        machine.recorded(actor, "update.discard", "", Map.of(), () -> socket.ask("discard", Map.of()));
        news.publish(News.Topic.MACHINE, "");
    }

    /**
     * Begins an installation. Returns when it has begun; what becomes of it stands in the status.
     *
     * @param bundle {@link Inspection#UPLOAD}, or the id of one on a stick
     * @param older whether a version may be installed that is older than the one that runs
     * @throws Problem if the bundle is refused
     */
    public void install(Actor actor, String bundle, boolean older) {
        actor.needs(Role.ADMINISTRATOR);
        if (!following.compareAndSet(false, true)) {
            throw Problem.conflict("machine.refused.installing");
        }
        CompletableFuture<Void> begun = new CompletableFuture<>();
        Thread.ofVirtual().name("update-install").start(() -> {
            try {
                machine.recorded(actor, "update.install", bundle, Map.of("older", older), () -> {
                    follow("install", Map.of("bundle", bundle, "older", older), seen -> begun.complete(null));
                    return null;
                });
                begun.complete(null);
            } catch (RuntimeException e) {
                begun.completeExceptionally(e);
            }
        });
        try {
            begun.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Waits for the end of an installation and tells the pages of each step; {@link #following} is set before. */
    private void follow(String verb, Map<String, ?> arguments, Consumer<MachineProgress> begun) {
        try {
            socket.ask(verb, arguments, seen -> {
                progress = seen;
                begun.accept(seen);
                news.publish(News.Topic.MACHINE, "");
            });
        } finally {
            progress = null;
            following.set(false);
            lookAgain();
        }
    }

    private void lookAgain() {
        try {
            status(Actor.SYSTEM);
        } catch (Problem e) {
            LOG.log(System.Logger.Level.WARNING, "The machine's state is not known: " + e.getMessage());
        }
        news.publish(News.Topic.MACHINE, "");
    }

    private void refuseWhileInstalling(Actor actor) {
        if (status(actor).installing() != null) {
            throw Problem.conflict("machine.refused.installing");
        }
    }

    /** A second name for the blob, at once there or not at all; it stays when the blob goes. */
    private void put(Path blob) {
        Path next = place.resolveSibling(Ids.next("bundle"));
        try {
            Files.createLink(next, blob);
            Files.move(next, place, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel folder = FileChannel.open(place.getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
