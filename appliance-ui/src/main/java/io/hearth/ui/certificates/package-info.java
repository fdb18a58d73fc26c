/**
 * Keys and certificates of the appliance. The control plane is its own certificate authority: it signs its server certificate,
 * the client certificate with which it reaches the nodes' serving ports, and a certificate for every node. Nodes trust nothing
 * but this authority. All of it lies under {@code keys/}, readable by the owner only, and is made on the first start.
 */
package io.hearth.ui.certificates;
