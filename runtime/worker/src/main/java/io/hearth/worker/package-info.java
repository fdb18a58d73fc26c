/**
 * The worker process. {@link io.hearth.worker.Worker} is its entrance, a class per command stands beside it.
 *
 * <p>Standard output belongs to what the command has to say and to nothing else ({@link
 * io.hearth.worker.process.StandardOutput}); the log goes to standard error. A command ends with one of the codes of {@link
 * io.hearth.contract.ExitCode}.
 */
package io.hearth.worker;
