package org.peft4j.model;

import java.util.List;
import java.util.Optional;
import org.peft4j.api.WeightCodec;
import org.peft4j.engine.Precision;

/**
 * In which form the frozen weights of a base are kept.
 *
 * @param installed the codecs that a quantized checkpoint may be of
 * @param codec what every linear layer but the output head is encoded with as it is loaded; empty: kept as the checkpoint has it
 * @param precision of the weights that are not encoded, and of the products with those that are
 */
public record Storage(List<WeightCodec> installed, Optional<WeightCodec> codec, Precision precision) {
    /** Copies the list. */
    public Storage {
        installed = List.copyOf(installed);
    }

    /** In fp32, from a checkpoint that is not quantized. */
    public static Storage plain() {
        return new Storage(List.of(), Optional.empty(), Precision.FP32);
    }
}
