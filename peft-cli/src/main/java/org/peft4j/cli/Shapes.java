package org.peft4j.cli;

import java.util.List;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.ModelConfig;
import org.peft4j.config.NearestName;

/** Shapes of known Llama models, to pretrain anew or to measure speed on. */
final class Shapes {
    private static final int CONTEXT = 2048;
    private static final List<Shape> KNOWN = List.of(
            new Shape("tiny-1m", 128, 4, 4, 2, 384, 2048),
            new Shape("small-24m", 384, 6, 6, 2, 1024, 32000),
            new Shape("smollm-135m", 576, 30, 9, 3, 1536, 49152),
            new Shape("tinyllama-1.1b", 2048, 22, 32, 4, 5632, 32000));

    private record Shape(
            String name, int hidden, int layers, int heads, int kvHeads, int feedForward, int vocabulary) {}

    private Shapes() {}

    /**
     * The configuration of a shape.
     *
     * @throws PeftException if there is none of this name
     */
    static ModelConfig config(String name) {
        List<String> names = KNOWN.stream().map(Shape::name).toList();
        if (!names.contains(name)) {
            throw PeftException.of(
                    "unknown-shape",
                    "there is no shape '" + name + "'" + NearestName.question(name, names),
                    "Known: " + String.join(", ", names) + "; or give a config.json by --config.");
        }
        Shape s = KNOWN.get(names.indexOf(name));
        return ModelConfig.llama(
                s.hidden, s.layers, s.heads, s.kvHeads, s.hidden / s.heads, s.feedForward, s.vocabulary, CONTEXT, true);
    }

    /** The same model for another vocabulary. */
    static ModelConfig withVocabulary(ModelConfig c, int size, List<Integer> bos, List<Integer> eos) {
        return with(c, c.layers(), size, c.maxPositions(), bos, eos);
    }

    /**
     * The same model with another number of layers, and a context that is long enough.
     *
     * @param layers how many, or 0 to leave them
     */
    static ModelConfig sized(ModelConfig c, int layers, int context) {
        int own = layers == 0 ? c.layers() : layers;
        int positions = Math.max(context, c.maxPositions());
        return with(c, own, c.vocabSize(), positions, c.bosTokenIds(), c.eosTokenIds());
    }

    private static ModelConfig with(
            ModelConfig c, int layers, int vocabulary, int positions, List<Integer> bos, List<Integer> eos) {
        return new ModelConfig(
                c.architecture(),
                c.hiddenSize(),
                layers,
                c.heads(),
                c.kvHeads(),
                c.headDim(),
                c.intermediateSize(),
                vocabulary,
                positions,
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
