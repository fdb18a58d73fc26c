/** What every part of the agent uses: files that are whole or absent, waits between attempts, names that may stand in a log. */
package io.hearth.agent.common;
