package io.hearth.ui.deployments;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Sentence;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Rows of deployments, their revisions, their workers and what happened to them. */
final class DeploymentStore {
    /** A worker as the deployment's own row has it. */
    record Row(String worker, int revision, long created, Long draining, Long unreachable, String complaint) {}

    /** Something that happened. */
    record Happened(long time, Sentence sentence) {}

    void insert(Handle handle, Deployment deployment) {
        handle.createUpdate(
                        "INSERT INTO deployment (id, name, desired, revision, replicas, nodes, cards, created, created_by)"
                                + " VALUES (:id, :name, :desired, :revision, :replicas, :nodes, :cards, :created, :createdBy)")
                .bind("id", deployment.id())
                .bind("name", deployment.name())
                .bind("desired", deployment.desired().name())
                .bind("revision", deployment.revision())
                .bind("replicas", deployment.replicas())
                .bind("nodes", Json.write(deployment.nodes()))
                .bind("cards", Json.write(deployment.cards()))
                .bind("created", deployment.created())
                .bind("createdBy", deployment.createdBy())
                .execute();
    }

    void update(Handle handle, Deployment deployment) {
        handle.createUpdate("UPDATE deployment SET desired = :desired, revision = :revision, replicas = :replicas,"
                        + " nodes = :nodes, cards = :cards WHERE id = :id")
                .bind("id", deployment.id())
                .bind("desired", deployment.desired().name())
                .bind("revision", deployment.revision())
                .bind("replicas", deployment.replicas())
                .bind("nodes", Json.write(deployment.nodes()))
                .bind("cards", Json.write(deployment.cards()))
                .execute();
    }

    void bury(Handle handle, String id, long now) {
        handle.createUpdate("UPDATE deployment SET deleted = :now WHERE id = :id")
                .bind("id", id)
                .bind("now", now)
                .execute();
    }

    /** All that are not gone, by name. */
    List<Deployment> all(Handle handle) {
        return handle.createQuery("SELECT * FROM deployment WHERE deleted IS NULL ORDER BY name, id")
                .map(DeploymentStore::deployment)
                .list();
    }

    Optional<Deployment> find(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM deployment WHERE id = :id AND deleted IS NULL")
                .bind("id", id)
                .map(DeploymentStore::deployment)
                .findOne();
    }

    /** The one that has a name now. One that is being deleted has none any more. */
    Optional<Deployment> named(Handle handle, String name) {
        return handle.createQuery(
                        "SELECT * FROM deployment WHERE name = :name AND deleted IS NULL AND desired <> 'DELETED'")
                .bind("name", name)
                .map(DeploymentStore::deployment)
                .findOne();
    }

    void insert(Handle handle, String deployment, Revision revision) {
        handle.createUpdate("INSERT INTO deployment_revision (deployment, number, reference, version, label, settings,"
                        + " memory_bytes, returns_to, created, created_by) VALUES (:deployment, :number, :reference, :version,"
                        + " :label, :settings, :memory, :returnsTo, :created, :createdBy)")
                .bind("deployment", deployment)
                .bind("number", revision.number())
                .bind("reference", revision.reference())
                .bind("version", revision.version())
                .bind("label", revision.label())
                .bind("settings", Json.write(revision.settings()))
                .bind("memory", revision.memoryBytes())
                .bind("returnsTo", revision.returnsTo())
                .bind("created", revision.created())
                .bind("createdBy", revision.createdBy())
                .execute();
    }

    Optional<Revision> revision(Handle handle, String deployment, int number) {
        return handle.createQuery(
                        "SELECT * FROM deployment_revision WHERE deployment = :deployment AND number = :number")
                .bind("deployment", deployment)
                .bind("number", number)
                .map(DeploymentStore::revision)
                .findOne();
    }

    /** All of a deployment, the newest first. */
    List<Revision> revisions(Handle handle, String deployment) {
        return handle.createQuery(
                        "SELECT * FROM deployment_revision WHERE deployment = :deployment ORDER BY number DESC")
                .bind("deployment", deployment)
                .map(DeploymentStore::revision)
                .list();
    }

    /** Deployments that are not gone and whose present revision serves a version, or has it as the one before. */
    List<Deployment> serving(Handle handle, String version) {
        return handle.createQuery("SELECT d.* FROM deployment d WHERE d.deleted IS NULL AND EXISTS (SELECT 1 FROM"
                        + " deployment_revision r WHERE r.deployment = d.id AND r.version = :version AND r.number = d.revision)"
                        + " ORDER BY d.name")
                .bind("version", version)
                .map(DeploymentStore::deployment)
                .list();
    }

    void addReplica(Handle handle, String deployment, String worker, int revision, long now) {
        handle.createUpdate("INSERT INTO deployment_replica (worker, deployment, revision, created)"
                        + " VALUES (:worker, :deployment, :revision, :now)")
                .bind("worker", worker)
                .bind("deployment", deployment)
                .bind("revision", revision)
                .bind("now", now)
                .execute();
    }

    List<Row> replicas(Handle handle, String deployment) {
        return handle.createQuery(
                        "SELECT * FROM deployment_replica WHERE deployment = :deployment ORDER BY created, worker")
                .bind("deployment", deployment)
                .map((row, context) -> new Row(
                        row.getString("worker"),
                        row.getInt("revision"),
                        row.getLong("created"),
                        number(row, "draining"),
                        number(row, "unreachable"),
                        row.getString("complaint")))
                .list();
    }

    void drain(Handle handle, String worker, long now) {
        handle.createUpdate("UPDATE deployment_replica SET draining = :now WHERE worker = :worker AND draining IS NULL")
                .bind("worker", worker)
                .bind("now", now)
                .execute();
    }

    void away(Handle handle, String worker, Long since) {
        handle.createUpdate("UPDATE deployment_replica SET unreachable = :since WHERE worker = :worker")
                .bind("worker", worker)
                .bind("since", since)
                .execute();
    }

    /** After a start nobody has been away for longer than since then. */
    void awaySince(Handle handle, long now) {
        handle.createUpdate("UPDATE deployment_replica SET unreachable = :now WHERE unreachable IS NOT NULL")
                .bind("now", now)
                .execute();
    }

    void complain(Handle handle, String worker, String complaint) {
        handle.createUpdate("UPDATE deployment_replica SET complaint = :complaint WHERE worker = :worker")
                .bind("worker", worker)
                .bind("complaint", complaint)
                .execute();
    }

    void removeReplica(Handle handle, String worker) {
        handle.createUpdate("DELETE FROM deployment_replica WHERE worker = :worker")
                .bind("worker", worker)
                .execute();
    }

    /** Notes for people that something happened. Arguments are texts and numbers. */
    void happened(Handle handle, String deployment, long now, String key, Object... arguments) {
        handle.createUpdate("INSERT INTO deployment_event (id, deployment, time, key, arguments)"
                        + " VALUES (:id, :deployment, :time, :key, :arguments)")
                .bind("id", Ids.next("de"))
                .bind("deployment", deployment)
                .bind("time", now)
                .bind("key", key)
                .bind("arguments", Json.write(List.of(arguments)))
                .execute();
    }

    /** What happened last, the newest first. */
    List<Happened> events(Handle handle, String deployment, int limit) {
        return handle.createQuery(
                        "SELECT * FROM deployment_event WHERE deployment = :deployment ORDER BY id DESC LIMIT :limit")
                .bind("deployment", deployment)
                .bind("limit", limit)
                .map((row, context) -> new Happened(
                        row.getLong("time"), new Sentence(row.getString("key"), arguments(row.getString("arguments")))))
                .list();
    }

    private static List<Object> arguments(String text) {
        List<Object> arguments = new ArrayList<>();
        for (JsonNode argument : Json.read(text, JsonNode.class)) {
            arguments.add(argument.isNumber() ? (Object) argument.numberValue() : argument.asText());
        }
        return arguments;
    }

    private static Deployment deployment(ResultSet row, StatementContext context) throws SQLException {
        return new Deployment(
                row.getString("id"),
                row.getString("name"),
                Deployment.Desired.valueOf(row.getString("desired")),
                row.getInt("revision"),
                row.getInt("replicas"),
                texts(row.getString("nodes")),
                texts(row.getString("cards")),
                row.getLong("created"),
                row.getString("created_by"));
    }

    private static Revision revision(ResultSet row, StatementContext context) throws SQLException {
        int returnsTo = row.getInt("returns_to");
        boolean fresh = row.wasNull();
        return new Revision(
                row.getInt("number"),
                row.getString("reference"),
                row.getString("version"),
                row.getString("label"),
                Json.read(row.getString("settings"), Settings.class),
                row.getLong("memory_bytes"),
                fresh ? null : returnsTo,
                row.getLong("created"),
                row.getString("created_by"));
    }

    private static List<String> texts(String json) {
        List<String> texts = new ArrayList<>();
        Json.read(json, JsonNode.class).forEach(text -> texts.add(text.asText()));
        return List.copyOf(texts);
    }

    private static Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }
}
