package io.hearth.engine.model;

import io.hearth.device.Device;
import io.hearth.device.DeviceException;
import io.hearth.device.RecordedWork;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Recordings of decoding steps by their shape. A shape runs directly when it comes for the first time, which lets the
 * device load what it needs for it, and is recorded the second time. The shape that was not used for the longest time goes
 * when there are too many. If the device fails to record, all further steps run directly.
 */
final class RecordedSteps implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RecordedSteps.class.getName());

    private final Device device;
    private final int most;
    private final LinkedHashMap<PagedInputs.Shape, Recording> recordings = new LinkedHashMap<>(16, 0.75f, true);
    private boolean failed;

    /** Empty as long as the shape has run directly only. */
    private static final class Recording {
        private RecordedWork work;

        void close() {
            if (work != null) {
                work.close();
            }
        }
    }

    /** @param most number of shapes that are kept */
    RecordedSteps(Device device, int most) {
        this.device = device;
        this.most = most;
    }

    /** Whether the device can record: asked with a piece of work that is never run. */
    static boolean possibleOn(Device device, Runnable harmless) {
        try (RecordedWork work = device.record(harmless).orElse(null)) {
            return work != null;
        } catch (DeviceException e) {
            LOG.log(System.Logger.Level.WARNING, "Decoding steps are not recorded. {0}", e.getMessage());
            return false;
        }
    }

    /**
     * Queues a step, whose inputs are on the device already.
     *
     * @param step calls the kernels for this shape, with the same arguments each time
     */
    void run(PagedInputs.Shape shape, Runnable step) {
        Recording recording = recordings.get(shape);
        if (recording == null) {
            recordings.put(shape, new Recording());
            dropOldest();
        } else if (recording.work == null && !failed) {
            recording.work = record(shape, step);
        }
        if (recording != null && recording.work != null) {
            recording.work.replay();
        } else {
            step.run();
        }
    }

    private RecordedWork record(PagedInputs.Shape shape, Runnable step) {
        try {
            return device.record(step).orElseThrow();
        } catch (DeviceException e) {
            failed = true;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "A step of {0} could not be recorded; none is from now on. {1}",
                    shape,
                    e.getMessage());
            return null;
        }
    }

    private void dropOldest() {
        if (recordings.size() > most) {
            Map.Entry<PagedInputs.Shape, Recording> oldest = recordings.pollFirstEntry();
            oldest.getValue().close();
        }
    }

    @Override
    public void close() {
        recordings.values().forEach(Recording::close);
        recordings.clear();
    }
}
