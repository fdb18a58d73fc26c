package io.hearth.ui.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.protocol.ToNode;
import io.hearth.protocol.WorkerSpec;
import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jdbi.v3.core.Handle;

/** The workers of all nodes: what is wanted is written to rows, and the links carry it to the nodes after the commit. */
@ApplicationScoped
public class WorkerService implements Workers {
    private static final int LOG_SECONDS = 10;
    private static final int MAX_LOG_BYTES = 1 << 20;

    private final Database database;
    private final Links links;
    private final News news;
    private final Clock clock;
    private final NodeStore nodes;
    private final WorkerStore workers;

    public WorkerService(Database database, Links links, News news, Clock clock) {
        this.database = database;
        this.links = links;
        this.news = news;
        this.clock = clock;
        this.nodes = new NodeStore(links::up);
        this.workers = new WorkerStore(links::up);
    }

    @Override
    public Placement place(Handle handle, WorkerRequest request) {
        return switch (new Placer(nodes.all(handle), workers.holds(handle)).find(request)) {
            case Placer.Answer.Put put -> new Placement.Placed(put(handle, request, put.spot()));
            case Placer.Answer.Wait wait -> new Placement.Later(wait.reason());
            case Placer.Answer.No no -> new Placement.Never(no.reason());
        };
    }

    @Override
    public void pause(Handle handle, String worker) {
        Worker found = existing(handle, worker);
        workers.desire(handle, worker, WorkerSpec.Desired.PAUSE, false);
        changed(handle, found);
    }

    @Override
    public void resume(Handle handle, String worker) {
        Worker found = existing(handle, worker);
        if (found.spec().desired() == WorkerSpec.Desired.PAUSE) {
            workers.desire(handle, worker, WorkerSpec.Desired.PAUSE, true);
            grant(handle);
            changed(handle, found);
        }
    }

    @Override
    public void release(Handle handle, String worker) {
        workers.find(handle, worker).filter(found -> !found.released()).ifPresent(found -> {
            boolean gone = nodes.find(handle, found.nodeId())
                    .map(node -> node.state() == Node.State.REVOKED)
                    .orElse(true);
            if (gone) {
                workers.forget(handle, worker);
            } else {
                workers.release(handle, worker);
            }
            changed(handle, found);
        });
    }

    @Override
    public Optional<Worker> find(Handle handle, String worker) {
        return workers.find(handle, worker);
    }

    @Override
    public List<Worker> of(Handle handle, String owner) {
        return workers.ofOwner(handle, owner);
    }

    @Override
    public LogPart log(String worker, long offset, int maxBytes) {
        Worker found = database.read(h -> existing(h, worker));
        Link link = links.of(found.nodeId())
                .orElseThrow(() -> new Problem(Problem.Kind.UNAVAILABLE, Sentence.of("nodes.log.offline")));
        String request = Ids.next("log");
        try {
            return link.ask(
                            request,
                            new ToNode.ReadLog(request, worker, offset, Math.clamp(maxBytes, 1, MAX_LOG_BYTES)))
                    .get(LOG_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new Problem(Problem.Kind.UNAVAILABLE, Sentence.of("nodes.log.silent"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, Sentence.of("nodes.log.silent"));
        } finally {
            link.forget(request);
        }
    }

    /** All workers of a node, also those that are being taken off it. */
    public List<Worker> onNode(Handle handle, String node) {
        return workers.ofNode(handle, node);
    }

    /** Lets paused workers that should go on do so as far as their cards have room. */
    void grant(Handle handle) {
        for (Worker worker : workers.resuming(handle)) {
            boolean stillStopping = worker.state() != WorkerStatus.State.PAUSED
                    && !worker.state().last();
            if (stillStopping || new Placer(nodes.all(handle), workers.holds(handle)).hasRoom(worker)) {
                workers.desire(handle, worker.id(), WorkerSpec.Desired.RUN, false);
                changed(handle, worker);
            }
        }
    }

    private Worker put(Handle handle, WorkerRequest request, Placer.Spot spot) {
        String id = Ids.next("worker");
        JsonNode task = request.task().deepCopy();
        if (task instanceof ObjectNode object) {
            object.put("device", spot.card().id());
        }
        WorkerSpec spec = new WorkerSpec(
                id,
                request.kind(),
                spot.card().id(),
                task,
                request.inputs(),
                request.outputs(),
                null,
                request.restart(),
                WorkerSpec.Desired.RUN);
        Worker worker =
                new Worker(id, spot.node().id(), request.owner(), spec, null, request.memoryBytes(), 0, false, true);
        workers.insert(handle, worker, clock.millis());
        changed(handle, worker);
        return worker;
    }

    private void changed(Handle handle, Worker worker) {
        handle.afterCommit(() -> {
            links.push(worker.nodeId());
            news.publish(News.Topic.WORKERS, worker.id());
        });
    }

    private Worker existing(Handle handle, String worker) {
        return workers.find(handle, worker)
                .filter(found -> !found.released())
                .orElseThrow(() -> Problem.notFound("nodes.worker.none", worker));
    }
}
