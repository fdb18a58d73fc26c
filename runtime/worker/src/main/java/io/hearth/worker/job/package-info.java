/**
 * Reading of job and deployment files: strict JSON ({@link io.hearth.worker.job.StrictFile}), then the ranges of values and
 * the paths ({@link io.hearth.worker.job.JobValidator}, {@link io.hearth.worker.job.DeploymentValidator}). Whatever is wrong
 * with a file is told here, before a model is loaded.
 */
package io.hearth.worker.job;
