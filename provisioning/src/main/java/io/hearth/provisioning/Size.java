package io.hearth.provisioning;

/** Sizes of disks and partitions, as they are written in the file. */
final class Size {
    static final long LEAST_SLOT = 1L << 30;
    static final long MOST_SLOT = 64L << 30;
    static final long USUAL_SLOT = 4L << 30;

    private Size() {}

    /** @param text digits and a unit, as the schema allows them: MB, GB, TB by thousands, MiB, GiB, TiB by 1024 */
    static long bytes(String text) {
        String digits = text.replaceAll("[^0-9]", "");
        long unit = switch (text.substring(digits.length())) {
            case "MB" -> 1_000_000L;
            case "GB" -> 1_000_000_000L;
            case "TB" -> 1_000_000_000_000L;
            case "MiB" -> 1L << 20;
            case "GiB" -> 1L << 30;
            case "TiB" -> 1L << 40;
            default -> throw new IllegalArgumentException("no size: " + text);
        };
        return Long.parseLong(digits) * unit;
    }

    static String shown(long bytes) {
        return bytes >= 1_000_000_000_000L
                ? "%.1f TB".formatted(bytes / 1e12)
                : bytes >= 1_000_000_000L ? "%.0f GB".formatted(bytes / 1e9) : "%.0f MB".formatted(bytes / 1e6);
    }
}
