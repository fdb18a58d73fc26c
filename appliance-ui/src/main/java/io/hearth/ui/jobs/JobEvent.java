package io.hearth.ui.jobs;

import io.hearth.ui.core.Sentence;

/**
 * Something that happened to a job.
 *
 * @param number from 1 within the job
 * @param time milliseconds since 1970
 * @param kind {@code state}, or {@code note}
 * @param from state before, or null
 * @param to state after, or null
 * @param actor who did it
 * @param note what there is to say, or null
 */
public record JobEvent(int number, long time, String kind, JobState from, JobState to, String actor, Sentence note) {}
