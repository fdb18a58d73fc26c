/**
 * Everything that makes the model and the data a newcomer starts with, from nothing but a seed.
 *
 * <p>{@link io.hearth.starter.StarterCorpus} writes short conversations in English and Chinese,
 * {@link io.hearth.starter.BytePairTrainer} learns a tokenizer from them,
 * {@link io.hearth.starter.StarterModel} lays out an untrained Qwen3-architecture checkpoint, and
 * {@link io.hearth.starter.PumpDataset} writes the service desk of a made-up pump maker to fine-tune on.
 * The word lists and wordings are resources beside the classes. The same seed gives the same bytes on
 * every machine.
 */
package io.hearth.starter;
