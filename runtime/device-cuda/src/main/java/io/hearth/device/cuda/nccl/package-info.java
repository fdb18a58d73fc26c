/**
 * Exchange between cards by NVIDIA's NCCL, one process for each card. Everything is queued on the card's stream; a thread
 * beside it watches whether it can still be finished, so that a rank that dies does not leave the others waiting for ever.
 */
package io.hearth.device.cuda.nccl;
