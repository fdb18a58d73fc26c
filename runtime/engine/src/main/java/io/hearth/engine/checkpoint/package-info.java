/**
 * Weights on disk. {@link io.hearth.engine.checkpoint.Checkpoint} opens a directory in Hugging Face layout (one
 * safetensors file or shards with an index) through {@link io.hearth.engine.checkpoint.SafetensorsFile}, which maps a
 * file and believes nothing in its header before checking it. {@link io.hearth.engine.checkpoint.SafetensorsWriter} and
 * {@link io.hearth.engine.checkpoint.ShardedWriter} write the same layout, {@link
 * io.hearth.engine.checkpoint.PeftAdapter} reads and writes LoRA adapters as PEFT does, and {@link
 * io.hearth.engine.checkpoint.AtomicFiles} is how anything is published: whole or not at all, also when the power
 * fails. {@link io.hearth.engine.checkpoint.TensorConversion} turns stored values into the type that is computed in.
 *
 * <p>Nothing that can execute is ever read: pickle files are refused. Every fault of a file is a {@link
 * io.hearth.engine.checkpoint.CheckpointException} whose message is a sentence for the user.
 */
package io.hearth.engine.checkpoint;
