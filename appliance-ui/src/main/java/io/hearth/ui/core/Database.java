package io.hearth.ui.core;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
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
    private final AgroalDataSource writer;
    private final AgroalDataSource readers;
    private final Jdbi writing;
    private final Jdbi reading;

    private Database(AgroalDataSource writer, AgroalDataSource readers) {
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
        AgroalDataSource writer = null;
        AgroalDataSource readers = null;
        try {
            writer = pool(file, "IMMEDIATE", 1);
            migrate(writer, file);
            readers = pool(file, "DEFERRED", 8);
            return new Database(writer, readers);
        } catch (SQLException | RuntimeException e) {
            if (readers != null) {
                readers.close();
            }
            if (writer != null) {
                writer.close();
            }
            throw e instanceof RuntimeException unchecked
                    ? unchecked
                    : new IllegalStateException("The database " + file + " cannot be opened.", e);
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

    private static void migrate(AgroalDataSource writer, Path file) {
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

    private static AgroalDataSource pool(Path file, String transactions, int size) throws SQLException {
        String url = "jdbc:sqlite:" + file + "?journal_mode=WAL&busy_timeout=10000&foreign_keys=on&synchronous=FULL"
                + "&transaction_mode=" + transactions;
        return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(pool -> pool.maxSize(size)
                        .acquisitionTimeout(Duration.ofSeconds(30))
                        .connectionFactoryConfiguration(
                                factory -> factory.jdbcUrl(url).connectionProviderClassName("org.sqlite.JDBC"))));
    }
}
