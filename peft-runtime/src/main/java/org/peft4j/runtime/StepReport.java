package org.peft4j.runtime;

/**
 * One optimizer step.
 *
 * @param step its number, from 1
 * @param totalSteps how many are planned
 * @param loss mean over the step's predicted tokens, in nats
 * @param learningRate its rate
 * @param gradientNorm length of the gradient before it was clipped
 * @param tokens tokens that went through the model
 * @param tokensPerSecond those tokens by the step's seconds
 * @param remainingSeconds estimate of what is left, evaluations not counted
 */
public record StepReport(
        long step,
        long totalSteps,
        double loss,
        double learningRate,
        double gradientNorm,
        long tokens,
        double tokensPerSecond,
        double remainingSeconds) {}
