package org.peft4j.api;

/**
 * A named place of the model that hooks attach to.
 *
 * @param path the module's path in the checkpoint, for example {@code model.layers.0.self_attn.q_proj}; attention and its output
 *     are at {@code model.layers.0.self_attn}, the feed-forward block's output at {@code model.layers.0.mlp}, a layer's at
 *     {@code model.layers.0}
 * @param layer the layer's index from 0, or -1 outside the layers
 * @param role what it does
 * @param in width of its input
 * @param out width of its output
 */
public record Site(String path, int layer, Role role, long in, long out) {
    /** Whether this is a site of the given role. */
    public boolean is(Role wanted) {
        return role == wanted;
    }
}
