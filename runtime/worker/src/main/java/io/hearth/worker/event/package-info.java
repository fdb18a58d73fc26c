/**
 * What a worker says: events written as lines of JSON for a program ({@link io.hearth.worker.event.EventWriter}) or as a
 * progress line for a person ({@link io.hearth.worker.event.ProgressLine}), and read again by whoever started it.
 */
package io.hearth.worker.event;
