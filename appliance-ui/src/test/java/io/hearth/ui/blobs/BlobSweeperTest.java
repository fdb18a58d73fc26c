package io.hearth.ui.blobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobSweeperTest {
    @TempDir
    Path folder;

    @Test
    void takesOnlyOldBlobsThatNobodyNames() throws IOException {
        HearthHome home = new HearthHome(folder);
        BlobStore blobs = new BlobStore(home);
        String used = put(blobs, "used", 2);
        String unused = put(blobs, "unused", 2);
        String young = put(blobs, "young", 0);
        String again = put(blobs, "again", 2);
        blobs.put(new ByteArrayInputStream("again".getBytes()));
        try (Database database = Database.open(home.database())) {
            BlobUser user = (handle, hashes) -> {
                hashes.accept(used);
                hashes.accept(null);
            };
            BlobStore.Swept swept = new BlobSweeper(blobs, database, List.of(user), Clock.systemUTC()).sweep();
            assertThat(swept).isEqualTo(new BlobStore.Swept(1, 6));
        }
        assertThat(blobs.has(used)).isTrue();
        assertThat(blobs.has(unused)).isFalse();
        assertThat(blobs.has(young)).isTrue();
        assertThat(blobs.has(again)).as("taken in anew").isTrue();
    }

    @Test
    void clearsAwayWhatAKillLeftHalfDone() throws IOException {
        HearthHome home = new HearthHome(folder);
        Path part = new BlobStore(home).temporary();
        Files.writeString(part, "half");
        new BlobStore(home);
        assertThat(part).doesNotExist();
    }

    private static String put(BlobStore blobs, String content, int daysOld) throws IOException {
        String hash = blobs.put(new ByteArrayInputStream(content.getBytes())).sha256();
        Files.setLastModifiedTime(blobs.path(hash), FileTime.from(Instant.now().minus(Duration.ofDays(daysOld))));
        return hash;
    }
}
