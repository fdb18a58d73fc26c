/**
 * The worker processes of this node. {@link io.hearth.agent.workers.Supervisor} holds one {@link
 * io.hearth.agent.workers.ManagedWorker} for each worker that the control plane wants here; each reconciles what is wanted with
 * what is, on a thread of its own, and keeps what it knows in the worker's folder, so that a new agent goes on where the last
 * one was killed.
 *
 * <p>A worker lives in {@code workers/ID/}: {@code spec.json} (what is wanted), {@code state.json} (what is), its inputs,
 * {@code task.json}, {@code events/}, {@code worker.log} and whatever it writes. It is a process in a session of its own that
 * neither needs nor notices the agent.
 */
package io.hearth.agent.workers;
