package io.hearth.engine.eval;

/**
 * Tokens of one prompt and of the greedy answer to it.
 *
 * @param prompt tokens that the model read
 * @param answer tokens that it wrote, the one that ends the answer included
 */
public record TokenTrace(int[] prompt, int[] answer) {}
