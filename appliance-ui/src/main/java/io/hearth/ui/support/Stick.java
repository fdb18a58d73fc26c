package io.hearth.ui.support;

import io.hearth.ui.machine.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * A USB stick in the machine.
 *
 * @param id by what it is named, 16 hexadecimal digits
 * @param label its name; its maker's, or that of the device, if it has none
 * @param type its file system, or null
 * @param size bytes of the file system
 * @param free bytes that are left, or null if it was not looked at
 * @param refused why no bundle can be written onto it, or null
 */
public record Stick(
        String id,
        String label,
        @Nullable String type,
        long size,
        @Nullable Long free,
        @Nullable Refusal refused) {}
