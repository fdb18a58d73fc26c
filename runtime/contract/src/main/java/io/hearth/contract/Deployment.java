package io.hearth.contract;

import java.util.List;

/**
 * A model served by a worker: the content of {@code deployment.json}. Relative paths are relative to the file's directory.
 *
 * @param deployment id; default {@code deployment}
 * @param model the base model
 * @param adapters LoRA adapters that are served by name beside it; default none
 * @param host address to listen on; default {@code 127.0.0.1}
 * @param port port to listen on; 0 (default) picks a free one, which the {@code ready} event tells
 * @param device card to use; default the first one
 * @param dtype {@code f32} or {@code bf16}; default bf16 where the device has it
 * @param contextLength longest prompt with its answer in tokens; default the model's
 * @param maxSequences most requests in one batch; default 32
 * @param maxBatchTokens most tokens in one step, prompts in chunks included; default 2048
 * @param cacheBytes memory for the key-value cache; default a share of what is free
 * @param maxQueue most requests that wait; more are refused with status 429; default 256
 */
public record Deployment(
        String deployment,
        NamedDirectory model,
        List<NamedDirectory> adapters,
        String host,
        Integer port,
        String device,
        String dtype,
        Integer contextLength,
        Integer maxSequences,
        Integer maxBatchTokens,
        Long cacheBytes,
        Integer maxQueue) {

    /**
     * A model or adapter and the public name under which it is served.
     *
     * @param name value of {@code model} in requests
     * @param directory where it lies
     */
    public record NamedDirectory(String name, String directory) {}

    /**
     * The same with every absent component filled in, except {@code device}, {@code dtype}, {@code contextLength} and
     * {@code cacheBytes}, which depend on the machine and the model.
     */
    public Deployment withDefaults() {
        return new Deployment(
                deployment == null ? "deployment" : deployment,
                model,
                adapters == null ? List.of() : adapters,
                host == null ? "127.0.0.1" : host,
                port == null ? 0 : port,
                device,
                dtype,
                contextLength,
                maxSequences == null ? 32 : maxSequences,
                maxBatchTokens == null ? 2048 : maxBatchTokens,
                cacheBytes,
                maxQueue == null ? 256 : maxQueue);
    }
}
