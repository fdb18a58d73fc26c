package io.hearth.ui.nodes;

import io.hearth.protocol.CardFinding;
import io.hearth.protocol.CardIncident;
import io.hearth.ui.core.Json;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Rows of what has happened to cards. */
final class CardIncidentStore {
    /** So many are kept of a node. */
    static final int KEPT = 1_000;

    /** Takes in what a node tells; what is known is counted on. */
    void put(Handle handle, String node, List<CardIncident> incidents) {
        if (incidents.isEmpty()) {
            return;
        }
        PreparedBatch batch =
                handle.prepareBatch("INSERT INTO card_incident (node_id, id, card, first, last, count, finding) VALUES"
                        + " (:node, :id, :card, :first, :last, :count, :finding)"
                        + " ON CONFLICT (node_id, id) DO UPDATE SET last = :last, count = :count");
        for (CardIncident incident : incidents) {
            batch.bind("node", node)
                    .bind("id", incident.id())
                    .bind("card", incident.card())
                    .bind("first", incident.first())
                    .bind("last", incident.last())
                    .bind("count", incident.count())
                    .bind("finding", Json.write(incident.finding()))
                    .add();
        }
        batch.execute();
        handle.createUpdate("DELETE FROM card_incident WHERE node_id = :node AND id IN (SELECT id FROM card_incident"
                        + " WHERE node_id = :node ORDER BY last DESC, id DESC LIMIT -1 OFFSET :kept)")
                .bind("node", node)
                .bind("kept", KEPT)
                .execute();
    }

    /**
     * What has happened on a node, the newest first.
     *
     * @param card id of a card, or null for all
     */
    List<CardIncident> of(Handle handle, String node, String card, int limit) {
        return handle.createQuery(
                        "SELECT * FROM card_incident WHERE node_id = :node AND (:card IS NULL OR card = :card)"
                                + " ORDER BY last DESC, id DESC LIMIT :limit")
                .bind("node", node)
                .bind("card", card)
                .bind("limit", limit)
                .map((row, context) -> new CardIncident(
                        row.getString("id"),
                        row.getString("card"),
                        row.getLong("first"),
                        row.getLong("last"),
                        row.getInt("count"),
                        Json.read(row.getString("finding"), CardFinding.class)))
                .list();
    }
}
