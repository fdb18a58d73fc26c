/**
 * The main job from end to end on the sample that comes with Hearth: plan, train, evaluate, serve, ask, score. {@link
 * io.hearth.worker.quickstart.Quickstart} walks through it with the same workers, files and API that anybody else uses.
 */
package io.hearth.worker.quickstart;
