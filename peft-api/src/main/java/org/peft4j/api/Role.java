package org.peft4j.api;

/** What a site of the transformer does. */
public enum Role {
    /** Query projection, {@code self_attn.q_proj}. */
    Q(Kind.LINEAR),
    /** Key projection, {@code self_attn.k_proj}. */
    K(Kind.LINEAR),
    /** Value projection, {@code self_attn.v_proj}. */
    V(Kind.LINEAR),
    /** Output projection of attention, {@code self_attn.o_proj}. */
    O(Kind.LINEAR),
    /** Gate projection of the feed-forward block, {@code mlp.gate_proj}. */
    GATE(Kind.LINEAR),
    /** Up projection of the feed-forward block, {@code mlp.up_proj}. */
    UP(Kind.LINEAR),
    /** Down projection of the feed-forward block, {@code mlp.down_proj}. */
    DOWN(Kind.LINEAR),
    /** The output head, hidden states to vocabulary, {@code lm_head}. */
    LM_HEAD(Kind.LINEAR),
    /** Attention proper, between the q, k, v projections and the output projection, {@code self_attn}. */
    ATTENTION(Kind.ATTENTION),
    /** The attention block's output, before it is added to the residual stream. */
    ATTENTION_OUT(Kind.STREAM),
    /** The feed-forward block's output, before it is added to the residual stream. */
    MLP_OUT(Kind.STREAM),
    /** The residual stream behind a whole layer. */
    LAYER_OUT(Kind.STREAM);

    /** Which hooks a site takes. */
    public enum Kind {
        /** {@link LinearHook}. */
        LINEAR,
        /** {@link AttentionHook}. */
        ATTENTION,
        /** {@link StreamHook}. */
        STREAM
    }

    private final Kind kind;

    Role(Kind kind) {
        this.kind = kind;
    }

    /** Which hooks sites of this role take. */
    public Kind kind() {
        return kind;
    }
}
