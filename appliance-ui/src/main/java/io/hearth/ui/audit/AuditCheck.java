package io.hearth.ui.audit;

import io.hearth.ui.core.Sentence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a verification of the chain has found.
 *
 * @param rows rows that were read and hold
 * @param lastHash hash of the last of them: noted elsewhere, it proves later that nothing before it was changed or cut off
 * @param brokenAt sequence of the first row that does not hold; null if all do
 * @param finding the result in words
 */
public record AuditCheck(
        long rows, String lastHash, @Nullable Long brokenAt, Sentence finding) {
    /** Whether all rows hold. */
    public boolean whole() {
        return brokenAt == null;
    }

    /** Walks along the chain. */
    static final class Walk {
        private long rows;
        private String last = AuditLog.GENESIS;
        private @Nullable AuditCheck broken;

        /** The sequence of the last row that holds. */
        long sequence() {
            return rows;
        }

        /** Goes on; says whether all of these rows hold. */
        boolean step(List<AuditEntry> entries) {
            for (AuditEntry entry : entries) {
                Sentence fault = fault(entry);
                if (fault != null) {
                    broken = new AuditCheck(rows, last, entry.sequence(), fault);
                    return false;
                }
                rows++;
                last = entry.hash();
            }
            return true;
        }

        AuditCheck result() {
            return broken != null
                    ? broken
                    : new AuditCheck(rows, last, null, Sentence.of("audit.check.whole", Long.toString(rows), last));
        }

        private @Nullable Sentence fault(AuditEntry entry) {
            String number = Long.toString(entry.sequence());
            if (entry.sequence() != rows + 1) {
                return Sentence.of("audit.check.missing", Long.toString(rows + 1), number);
            }
            if (!entry.previous().equals(last)) {
                return Sentence.of("audit.check.unlinked", number);
            }
            if (!entry.hash().equals(entry.computedHash())) {
                return Sentence.of("audit.check.changed", number);
            }
            return null;
        }
    }
}
