/**
 * Models served under public names. A deployment is a row that says what should be; {@link DeploymentController} compares it with
 * the workers that there are and takes the next step, again and again, so that a stop at any point only delays it. What the
 * gateway needs of it at every request is in memory: {@link RouteTable}.
 */
package io.hearth.ui.deployments;
