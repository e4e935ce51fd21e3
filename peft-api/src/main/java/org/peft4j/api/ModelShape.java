package org.peft4j.api;

import java.util.List;

/**
 * What a method may know of the model it is installed on.
 *
 * @param architecture the checkpoint's model type, for example {@code llama}
 * @param hiddenSize width of the residual stream
 * @param layers number of transformer layers
 * @param heads number of query heads
 * @param kvHeads number of key/value heads; divides {@code heads}
 * @param headDim width of one head
 * @param intermediateSize width of the feed-forward block
 * @param vocabularySize number of token ids
 * @param maxPositions longest sequence the model was made for, in tokens
 * @param sites every place hooks attach to, in the order of the forward pass
 * @param parameters every tensor of the base
 */
public record ModelShape(
        String architecture,
        int hiddenSize,
        int layers,
        int heads,
        int kvHeads,
        int headDim,
        int intermediateSize,
        int vocabularySize,
        int maxPositions,
        List<Site> sites,
        List<BaseParam> parameters) {
    /** Copies the lists. */
    public ModelShape {
        sites = List.copyOf(sites);
        parameters = List.copyOf(parameters);
    }

    /** The sites that take hooks of one kind. */
    public List<Site> sites(Role.Kind kind) {
        return sites.stream().filter(s -> s.role().kind() == kind).toList();
    }

    /** Width of all keys (or values) of one token: {@code kvHeads * headDim}. */
    public int kvWidth() {
        return kvHeads * headDim;
    }

    /** Width of all queries of one token: {@code heads * headDim}. */
    public int queryWidth() {
        return heads * headDim;
    }

    /** The number of elements of all base tensors. */
    public long parameterCount() {
        return parameters.stream().mapToLong(p -> p.shape().size()).sum();
    }
}
