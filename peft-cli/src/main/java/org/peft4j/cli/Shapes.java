package org.peft4j.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.Architecture;
import org.peft4j.checkpoint.ModelConfig;
import org.peft4j.checkpoint.RopeScaling;
import org.peft4j.config.NearestName;

/** Shapes of known Llama models, to pretrain anew or to measure speed on. */
final class Shapes {
    private static final int CONTEXT = 2048;
    private static final Map<String, Shape> KNOWN = new LinkedHashMap<>();

    static {
        KNOWN.put("tiny-1m", new Shape(128, 4, 4, 2, 384, 2048));
        KNOWN.put("small-24m", new Shape(384, 6, 6, 2, 1024, 32000));
        KNOWN.put("smollm-135m", new Shape(576, 30, 9, 3, 1536, 49152));
        KNOWN.put("tinyllama-1.1b", new Shape(2048, 22, 32, 4, 5632, 32000));
    }

    private record Shape(int hidden, int layers, int heads, int kvHeads, int feedForward, int vocabulary) {}

    private Shapes() {}

    /**
     * The configuration of a shape.
     *
     * @throws PeftException if there is none of this name
     */
    static ModelConfig config(String name) {
        Shape s = KNOWN.get(name);
        if (s == null) {
            throw PeftException.of(
                    "unknown-shape",
                    "there is no shape '" + name + "'" + NearestName.question(name, KNOWN.keySet()),
                    "Known: " + String.join(", ", KNOWN.keySet()) + "; or give a config.json by --config.");
        }
        return new ModelConfig(
                Architecture.LLAMA,
                s.hidden,
                s.layers,
                s.heads,
                s.kvHeads,
                s.hidden / s.heads,
                s.feedForward,
                s.vocabulary,
                CONTEXT,
                1e-5,
                10000,
                new RopeScaling.None(),
                false,
                false,
                false,
                true,
                0,
                0,
                List.of(1),
                List.of(2));
    }

    /** The same model for another vocabulary. */
    static ModelConfig withVocabulary(ModelConfig c, int size, List<Integer> bos, List<Integer> eos) {
        return new ModelConfig(
                c.architecture(),
                c.hiddenSize(),
                c.layers(),
                c.heads(),
                c.kvHeads(),
                c.headDim(),
                c.intermediateSize(),
                size,
                c.maxPositions(),
                c.rmsNormEps(),
                c.ropeTheta(),
                c.ropeScaling(),
                c.qkvBias(),
                c.outputBias(),
                c.mlpBias(),
                c.tiedEmbeddings(),
                c.slidingWindow(),
                c.firstWindowedLayer(),
                bos,
                eos);
    }
}
