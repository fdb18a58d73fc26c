/**
 * Who the node is and whom it trusts. From a join code the agent makes a key, lets the control plane's certificate authority
 * sign it, and from then on trusts nothing but that authority. Key, certificate and authority lie in one file, so that they are
 * never of different ages.
 */
package io.hearth.agent.enrolment;
