package org.peft4j.api;

import java.util.Map;
import java.util.Set;

/**
 * A way to keep frozen weights small. Stateless and thread-safe. A module that says {@code provides WeightCodec with ...} offers
 * its codec to every method and to the command line, by its name.
 */
public interface WeightCodec {
    /** Its stable name, lower-case-with-hyphens: {@code nf4}. */
    String name();

    /** Encodes one weight [out, in], reading it piece by piece. */
    EncodedWeight encode(MatrixSource weight);

    /**
     * Whether a linear layer in a checkpoint is of this codec.
     *
     * @param names the layer's tensors by their names within the layer: {@code weight}, {@code weight.absmax}, ...
     */
    default boolean reads(Set<String> names) {
        return false;
    }

    /**
     * The weight that {@link EncodedWeight#tensors} wrote.
     *
     * @param layer path of the layer, for messages
     * @param tensors the layer's tensors by their names within the layer; may be kept
     * @throws PeftException {@code broken-quantization} if a tensor is missing or contradicts the others
     */
    default EncodedWeight restore(String layer, long rows, long cols, Map<String, RawTensor> tensors) {
        throw new UnsupportedOperationException(name() + " has no form in files");
    }

    /**
     * The entry {@code quantization_config} of a checkpoint whose layers are of this codec; empty where it has no form in files.
     * Values are as in {@link AdapterFormat}.
     *
     * @param skipped paths of the linear layers that are not encoded
     */
    default Map<String, Object> checkpointEntry(Iterable<String> skipped) {
        return Map.of();
    }
}
