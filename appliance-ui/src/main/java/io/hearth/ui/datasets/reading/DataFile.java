package io.hearth.ui.datasets.reading;

import java.io.IOException;
import java.io.InputStream;

/** One file with rows: the upload itself, or one out of an archive. Can be read again and again. */
interface DataFile {
    /** Its name, without folders, as people are told it. */
    String name();

    /** Its bytes from the beginning, unwrapped. */
    InputStream open() throws IOException;
}
