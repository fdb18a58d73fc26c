package io.hearth.ui.jobs;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * How far the plans of past jobs were off.
 *
 * @param jobs how many are counted
 * @param p50 half of them were off by no more than this share of the planned time; null without jobs
 * @param p95 95 % of them were off by no more
 */
public record TrackRecord(int jobs, Double p50, Double p95) {
    static TrackRecord of(List<Job> done, Map<String, JobPlan> plans) {
        double[] errors = done.stream()
                .filter(job -> plans.containsKey(job.plan()))
                .filter(job -> plans.get(job.plan()).plan() != null
                        && plans.get(job.plan()).plan().seconds() > 0)
                .mapToDouble(job -> Math.abs(job.progress().trainMillis()
                                / 1000.0
                                / plans.get(job.plan()).plan().seconds()
                        - 1))
                .sorted()
                .toArray();
        if (errors.length == 0) {
            return new TrackRecord(0, null, null);
        }
        Arrays.sort(errors);
        return new TrackRecord(errors.length, Bootstrap.quantile(errors, 0.5), Bootstrap.quantile(errors, 0.95));
    }
}
