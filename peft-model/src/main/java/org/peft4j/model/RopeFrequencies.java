package org.peft4j.model;

import org.peft4j.checkpoint.ModelConfig;
import org.peft4j.checkpoint.RopeScaling;
import org.peft4j.engine.Rope;

/** The rotary frequencies of a model, its long-context scaling applied. */
final class RopeFrequencies {
    private RopeFrequencies() {}

    static Rope rope(ModelConfig config) {
        int half = config.headDim() / 2;
        double[] frequencies = new double[half];
        for (int i = 0; i < half; i++) {
            double plain = Math.pow(config.ropeTheta(), -2.0 * i / config.headDim());
            frequencies[i] = scaled(plain, config.ropeScaling());
        }
        return new Rope(config.headDim(), frequencies, 1.0);
    }

    private static double scaled(double frequency, RopeScaling scaling) {
        if (scaling instanceof RopeScaling.Linear linear) {
            return frequency / linear.factor();
        } else if (scaling instanceof RopeScaling.Llama3 llama3) {
            return llama3(frequency, llama3);
        }
        return frequency;
    }

    private static double llama3(double frequency, RopeScaling.Llama3 s) {
        double wavelength = 2 * Math.PI / frequency;
        double original = s.originalMaxPositionEmbeddings();
        if (wavelength < original / s.highFreqFactor()) {
            return frequency;
        }
        if (wavelength > original / s.lowFreqFactor()) {
            return frequency / s.factor();
        }
        double smooth = (original / wavelength - s.lowFreqFactor()) / (s.highFreqFactor() - s.lowFreqFactor());
        return (1 - smooth) * frequency / s.factor() + smooth * frequency;
    }
}
