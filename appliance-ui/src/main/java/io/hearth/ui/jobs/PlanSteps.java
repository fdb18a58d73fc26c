package io.hearth.ui.jobs;

import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.datasets.DatasetVersion;
import io.hearth.ui.datasets.Datasets;
import io.hearth.ui.models.ModelVersion;
import io.hearth.ui.models.Models;
import io.hearth.ui.nodes.Node;
import io.hearth.ui.nodes.Nodes;
import io.hearth.ui.nodes.Worker;
import io.hearth.ui.nodes.Workers;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** The next step of a plan. */
@ApplicationScoped
public class PlanSteps {
    private final PlanStore plans;
    private final Datasets datasets;
    private final Models models;
    private final Workers workers;
    private final Nodes nodes;
    private final News news;
    private final Clock clock;
    private final WorkOrders orders;

    public PlanSteps(
            PlanStore plans, Datasets datasets, Models models, Workers workers, Nodes nodes, News news, Clock clock) {
        this.plans = plans;
        this.datasets = datasets;
        this.models = models;
        this.workers = workers;
        this.nodes = nodes;
        this.news = news;
        this.clock = clock;
        this.orders = new WorkOrders(models);
    }

    void step(Handle handle, JobPlan plan) {
        if (plan.worker() == null) {
            place(handle, plan);
            return;
        }
        Optional<Worker> worker = workers.find(handle, plan.worker()).filter(found -> !found.released());
        if (worker.isEmpty()) {
            plans.waits(handle, plan.id(), Sentence.of("jobs.reason.node-gone"));
            return;
        }
        WorkerStatus status = worker.get().status();
        if (worker.get().state() == WorkerStatus.State.FAILED) {
            String reason = status.reason() == null ? "" : status.reason();
            plans.failed(handle, plan.id(), Sentence.of("jobs.said", reason), clock.millis());
            publish(handle, plan);
        }
    }

    /** Lets the worker of a plan go that has ended. */
    void letGo(Handle handle, JobPlan plan) {
        workers.release(handle, plan.worker());
        plans.withoutWorker(handle, plan.id());
    }

    private void place(Handle handle, JobPlan plan) {
        DatasetVersion dataset = datasets.version(handle, plan.dataset());
        ModelVersion base = models.version(handle, plan.base());
        switch (workers.place(handle, orders.plan(plan, dataset, base))) {
            case Workers.Placement.Placed placed -> {
                Worker worker = placed.worker();
                Optional<Node> node = nodes.find(handle, worker.nodeId());
                String kind =
                        node.map(found -> kind(found, worker.spec().card())).orElse("");
                plans.placed(
                        handle,
                        plan.id(),
                        worker.id(),
                        kind,
                        node.map(Node::name).orElse(""));
                publish(handle, plan);
            }
            case Workers.Placement.Later later -> {
                if (!Objects.equals(StoredSentence.write(later.reason()), StoredSentence.write(plan.reason()))) {
                    plans.waits(handle, plan.id(), later.reason());
                    publish(handle, plan);
                }
            }
            case Workers.Placement.Never never -> {
                plans.failed(handle, plan.id(), never.reason(), clock.millis());
                publish(handle, plan);
            }
        }
    }

    /** Kinds of cards that are there now. */
    Set<String> kinds(Handle handle) {
        return nodes.all(handle).stream()
                .filter(node -> node.state() == Node.State.ONLINE)
                .flatMap(node -> node.cards().stream().map(card -> kind(node, card.id())))
                .collect(Collectors.toSet());
    }

    /** Cards of a kind take the same memory and time. */
    private static String kind(Node node, String card) {
        return node.cards().stream()
                .filter(one -> one.id().equals(card))
                .map(one -> String.join(
                        "/",
                        List.of(
                                one.vendor(),
                                one.model(),
                                Long.toString(one.memoryBytes() >> 30),
                                node.host() == null
                                        ? ""
                                        : node.host().processor() + "x"
                                                + node.host().cores())))
                .findFirst()
                .orElse("");
    }

    private void publish(Handle handle, JobPlan plan) {
        handle.afterCommit(() -> news.publish(News.Topic.JOBS, plan.id()));
    }
}
