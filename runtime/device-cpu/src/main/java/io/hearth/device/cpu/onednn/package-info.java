/**
 * oneDNN's C API as far as matrix products need it. Primitives are made once per shape and kept; before one kind is used,
 * it is checked against a plain product.
 */
package io.hearth.device.cpu.onednn;
