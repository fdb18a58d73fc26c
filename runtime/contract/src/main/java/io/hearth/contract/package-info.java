/**
 * What a worker is given and what it says: the files {@code job.json} and {@code deployment.json}, and the events that it
 * writes to standard output as JSON lines.
 *
 * <p>Records only, without any dependency: the agent and the control plane share this module with the worker and must not
 * pull in the engine. A component that may be absent in the file is null; {@code withDefaults()} fills it in. Names in
 * JSON are the names of the components.
 */
package io.hearth.contract;
