/** What the machine and its cards are and do, once a second: cheap enough to be forgotten. */
package io.hearth.agent.telemetry;
