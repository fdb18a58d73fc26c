package io.hearth.engine.checkpoint;

/**
 * The sizes of a linear layer, whose weight is stored [out, in].
 *
 * @param out output features
 * @param in  input features
 */
public record LinearShape(int out, int in) {}
