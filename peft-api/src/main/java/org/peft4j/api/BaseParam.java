package org.peft4j.api;

/**
 * A tensor of the base checkpoint.
 *
 * @param path its key in the checkpoint, for example {@code model.layers.0.input_layernorm.weight}
 * @param layer the layer's index from 0, or -1 outside the layers
 * @param kind what it is
 * @param shape its dimensions
 */
public record BaseParam(String path, int layer, Kind kind, Shape shape) {
    /** What a base tensor is. */
    public enum Kind {
        /** The token embedding [vocabulary, hidden]; with tied weights also the output head. */
        EMBEDDING,
        /** A linear layer's matrix [out, in]. */
        WEIGHT,
        /** A linear layer's bias [out]. */
        BIAS,
        /** A norm's scale [hidden]. */
        NORM
    }
}
