/**
 * NVIDIA cards as devices: how they are found without harm where there is none, what is kept on them, and how host and card
 * exchange data.
 */
package io.hearth.device.cuda;
