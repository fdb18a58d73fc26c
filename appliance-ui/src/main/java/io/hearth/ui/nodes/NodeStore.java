package io.hearth.ui.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.HostInfo;
import io.hearth.ui.core.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;

/** Rows of nodes. */
final class NodeStore {
    private final Predicate<String> linked;

    /**
     * @param linked whether a node's link is up
     */
    NodeStore(Predicate<String> linked) {
        this.linked = linked;
    }

    void insert(Handle handle, String id, String name, boolean local, long enrolled, long certificateEnds) {
        handle.createUpdate("INSERT INTO node (id, name, local, enrolled, certificate_ends, cards, serving_port)"
                        + " VALUES (:id, :name, :local, :enrolled, :ends, '[]', 0)")
                .bind("id", id)
                .bind("name", name)
                .bind("local", local ? 1 : 0)
                .bind("enrolled", enrolled)
                .bind("ends", certificateEnds)
                .execute();
    }

    void renewed(Handle handle, String id, long certificateEnds) {
        handle.createUpdate("UPDATE node SET certificate_ends = :ends WHERE id = :id")
                .bind("ends", certificateEnds)
                .bind("id", id)
                .execute();
    }

    void greeted(
            Handle handle,
            String id,
            String software,
            HostInfo host,
            List<CardInfo> cards,
            String servingHost,
            int servingPort,
            long now) {
        handle.createUpdate("UPDATE node SET software = :software, host = :host, cards = :cards,"
                        + " serving_host = :servingHost, serving_port = :servingPort, last_seen = :now WHERE id = :id")
                .bind("software", software)
                .bind("host", Json.write(host))
                .bind("cards", Json.write(cards))
                .bind("servingHost", servingHost)
                .bind("servingPort", servingPort)
                .bind("now", now)
                .bind("id", id)
                .execute();
    }

    /** Its cards have changed. */
    void cards(Handle handle, String id, List<CardInfo> cards) {
        handle.createUpdate("UPDATE node SET cards = :cards WHERE id = :id")
                .bind("cards", Json.write(cards))
                .bind("id", id)
                .execute();
    }

    void seen(Handle handle, String id, long now) {
        handle.createUpdate("UPDATE node SET last_seen = :now WHERE id = :id")
                .bind("now", now)
                .bind("id", id)
                .execute();
    }

    void revoke(Handle handle, String id, long now) {
        handle.createUpdate("UPDATE node SET revoked = :now WHERE id = :id")
                .bind("now", now)
                .bind("id", id)
                .execute();
    }

    /** Whether a node may come in: it is known and not revoked. */
    boolean welcome(Handle handle, String id) {
        return handle.createQuery("SELECT COUNT(*) FROM node WHERE id = :id AND revoked IS NULL")
                        .bind("id", id)
                        .mapTo(Integer.class)
                        .one()
                > 0;
    }

    Optional<Node> find(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM node WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> read(row))
                .findOne();
    }

    /** Names the node on the control plane's own machine. */
    void nameLocal(Handle handle, String name) {
        handle.createUpdate("UPDATE node SET name = :name WHERE local = 1 AND revoked IS NULL")
                .bind("name", name)
                .execute();
    }

    /** All that are not revoked, by name. */
    List<Node> all(Handle handle) {
        return handle.createQuery("SELECT * FROM node WHERE revoked IS NULL ORDER BY name, id")
                .map((row, context) -> read(row))
                .list();
    }

    private Node read(ResultSet row) throws SQLException {
        String id = row.getString("id");
        row.getLong("revoked");
        boolean revoked = !row.wasNull();
        long seen = row.getLong("last_seen");
        Long lastSeen = row.wasNull() ? null : seen;
        String host = row.getString("host");
        List<CardInfo> cards = new ArrayList<>();
        for (JsonNode card : Json.read(row.getString("cards"), JsonNode.class)) {
            cards.add(Json.read(card, CardInfo.class));
        }
        return new Node(
                id,
                row.getString("name"),
                revoked ? Node.State.REVOKED : linked.test(id) ? Node.State.ONLINE : Node.State.OFFLINE,
                host == null ? null : Json.read(host, HostInfo.class),
                List.copyOf(cards),
                row.getString("software"),
                row.getString("serving_host"),
                row.getInt("serving_port"),
                row.getInt("local") != 0,
                row.getLong("certificate_ends"),
                row.getLong("enrolled"),
                lastSeen);
    }
}
