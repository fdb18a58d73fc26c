/**
 * Fine-tuning: from a job file to an adapter or a model with its lineage.
 *
 * <p>{@link io.hearth.engine.train.TrainingRun} is the whole of a job: it reads the rows, resumes from the newest
 * checkpoint, lets the {@link io.hearth.engine.train.Trainer} run steps on the batches that the {@link
 * io.hearth.engine.train.Batcher} deals, evaluates, and exports. The same job gives the same bits on one device, also if
 * it was killed and resumed in between.
 */
package io.hearth.engine.train;
