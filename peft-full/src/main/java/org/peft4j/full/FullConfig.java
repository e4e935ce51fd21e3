package org.peft4j.full;

import java.util.List;
import org.peft4j.api.BaseParam;
import org.peft4j.api.Setting;

/**
 * The settings of full fine-tuning.
 *
 * @param train the kinds of tensors that are trained
 * @param layers indices of the layers that are trained, from 0; empty for all and for what lies outside the layers
 */
public record FullConfig(
        @Setting(
                help = "What is trained: any of embeddings, weights (with an output head of its own), biases, norms.",
                value = "[embeddings, weights, biases, norms]")
        List<Part> train,

        @Setting(
                help =
                        "Indices from 0 of the layers that are trained; empty for all, and for embedding, last norm and head.",
                value = "[]")
        List<Integer> layers) {

    /** A kind of base tensor. */
    public enum Part {
        /** The token embedding; with tied weights also the output head. */
        EMBEDDINGS(BaseParam.Kind.EMBEDDING),
        /** The matrices of linear layers. */
        WEIGHTS(BaseParam.Kind.WEIGHT),
        /** The biases of linear layers. */
        BIASES(BaseParam.Kind.BIAS),
        /** The scales of norms. */
        NORMS(BaseParam.Kind.NORM);

        private final BaseParam.Kind kind;

        Part(BaseParam.Kind kind) {
            this.kind = kind;
        }
    }

    /** Refuses an empty choice, and copies the lists. */
    public FullConfig {
        train = List.copyOf(train);
        layers = List.copyOf(layers);
        if (train.isEmpty()) {
            throw new IllegalArgumentException("train names nothing; name some of embeddings, weights, biases, norms");
        }
        if (layers.stream().anyMatch(l -> l < 0)) {
            throw new IllegalArgumentException("layers is " + layers + ", but layers are counted from 0");
        }
    }

    /** Everything is trained. */
    public static FullConfig defaults() {
        return new FullConfig(List.of(Part.values()), List.of());
    }

    /** The same for these kinds of tensors only. */
    public FullConfig withTrain(Part... parts) {
        return new FullConfig(List.of(parts), layers);
    }

    /** The same for these layers only, and without what lies outside the layers. */
    public FullConfig withLayers(Integer... indices) {
        return new FullConfig(train, List.of(indices));
    }

    /** Whether a base tensor is trained. */
    boolean trains(BaseParam param) {
        return train.stream().anyMatch(part -> part.kind == param.kind())
                && (layers.isEmpty() || layers.contains(param.layer()));
    }
}
