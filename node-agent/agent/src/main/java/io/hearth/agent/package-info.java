/** The node agent. */
package io.hearth.agent;
