package io.hearth.engine.serve;

/**
 * How a generation ended.
 *
 * @param reason why
 * @param promptTokens tokens of the prompt
 * @param completionTokens tokens generated, the end-of-text token included
 * @param cardSeconds time of the device: of each step that it was in, the share that its tokens had in the step
 * @param message a sentence for the client if the reason is an error, else null
 */
public record Ending(FinishReason reason, int promptTokens, int completionTokens, double cardSeconds, String message) {}
