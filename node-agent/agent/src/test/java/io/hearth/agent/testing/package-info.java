/** What tests need: an authority, a small control plane that speaks the protocol, and an agent in a process of its own. */
package io.hearth.agent.testing;
