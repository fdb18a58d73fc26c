/**
 * Fine-tuning: plans, the queue, the runs, and what came of them.
 *
 * <p>A job is a row with a state ({@link io.hearth.ui.jobs.JobState}); every change of state is a row of its history. {@link
 * io.hearth.ui.jobs.JobService} is what people do with jobs, {@link io.hearth.ui.jobs.JobEvents} writes down what workers say,
 * exactly once, and {@link io.hearth.ui.jobs.JobController} is the one loop that compares the rows with the workers and takes the
 * next step. It may be stopped between any two instructions: at the next start it looks at the rows and goes on.
 */
package io.hearth.ui.jobs;
