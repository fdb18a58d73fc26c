/**
 * Exchange between Ascend cards by CANN's HCCL, one process for each card. Everything is queued on the card's stream; what HCCL
 * does not bound itself, by waiting for ranks that never come, is done on a thread that nobody waits for longer than a watch
 * allows.
 */
package io.hearth.device.ascend.hccl;
