package io.hearth.ui.core;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.nio.file.Path;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.HandleConsumer;
import org.jdbi.v3.core.Jdbi;

/**
 * The SQLite database in WAL mode. Everything special to SQLite is here, so that another database stays possible: stores write
 * plain SQL. Times are milliseconds since 1970 in columns of type INTEGER; what has structure is JSON text.
 *
 * <p>Commits reach the disk before they return ({@code synchronous=FULL}), because a power cut must not take back what a person
 * was told.
 */
public final class Database implements AutoCloseable {
    private static final long ACQUIRE_MILLIS = 30_000;

    private final HikariDataSource writer;
    private final HikariDataSource readers;
    private final Jdbi writing;
    private final Jdbi reading;

    private Database(HikariDataSource writer, HikariDataSource readers) {
        this.writer = writer;
        this.readers = readers;
        this.writing = Jdbi.create(writer);
        this.reading = Jdbi.create(readers);
    }

    /**
     * Opens the database, makes it if it is not there, and brings its schema up to date.
     *
     * @throws IllegalStateException if the file is damaged or was written by a newer version
     */
    public static Database open(Path file) {
        HikariDataSource writer = null;
        HikariDataSource readers = null;
        try {
            writer = pool(file, "IMMEDIATE", 1);
            migrate(writer, file);
            readers = pool(file, "DEFERRED", 8);
            return new Database(writer, readers);
        } catch (RuntimeException e) {
            if (readers != null) {
                readers.close();
            }
            if (writer != null) {
                writer.close();
            }
            throw e;
        }
    }

    /** Runs a transaction that writes. Only one runs at a time, so it is short and waits for nothing. */
    public <R> R write(HandleCallback<R, RuntimeException> work) {
        return writing.inTransaction(work);
    }

    /** Runs a transaction that writes and gives nothing back. */
    public void run(HandleConsumer<RuntimeException> work) {
        writing.useTransaction(work);
    }

    /** Runs a transaction that reads one state of the database; writers go on meanwhile. */
    public <R> R read(HandleCallback<R, RuntimeException> work) {
        return reading.inTransaction(work);
    }

    /** Writes a whole and consistent copy of the database to a file that does not exist yet, while others go on working. */
    public void copyTo(Path target) {
        reading.useHandle((Handle handle) -> handle.createUpdate("VACUUM INTO :target")
                .bind("target", target.toString())
                .execute());
    }

    @Override
    public void close() {
        readers.close();
        writer.close();
    }

    private static void migrate(HikariDataSource writer, Path file) {
        try {
            Flyway.configure()
                    .dataSource(writer)
                    .resourceProvider(new Migrations())
                    .failOnMissingLocations(false)
                    .validateMigrationNaming(true)
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new IllegalStateException(
                    "The database " + file
                            + " cannot be brought up to date. Put back the backup made before the update, or"
                            + " install the version that wrote it.",
                    e);
        }
    }

    private static HikariDataSource pool(Path file, String transactions, int size) {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName(transactions);
        pool.setDriverClassName("org.sqlite.JDBC");
        pool.setJdbcUrl("jdbc:sqlite:" + file + "?journal_mode=WAL&busy_timeout=10000&foreign_keys=on&synchronous=FULL"
                + "&transaction_mode=" + transactions);
        pool.setMaximumPoolSize(size);
        pool.setMinimumIdle(1);
        pool.setConnectionTimeout(ACQUIRE_MILLIS);
        // A connection to a file does not grow stale.
        pool.setMaxLifetime(0);
        try {
            return new HikariDataSource(pool);
        } catch (HikariPool.PoolInitializationException e) {
            throw new IllegalStateException("The database " + file + " cannot be opened.", e);
        }
    }
}
