package org.peft4j.qlora;

/** The 4-bit types of bitsandbytes. */
enum FourBitType {
    /**
     * 4-bit NormalFloat (Dettmers et al. 2023, appendix E): quantiles of the standard normal, scaled to [-1, 1], with an exact
     * zero.
     */
    NF4(
            -1f,
            -0.6961928009986877f,
            -0.5250730514526367f,
            -0.39491748809814453f,
            -0.28444138169288635f,
            -0.18477343022823334f,
            -0.09105003625154495f,
            0f,
            0.07958029955625534f,
            0.16093020141124725f,
            0.24611230194568634f,
            0.33791524171829224f,
            0.44070982933044434f,
            0.5626170039176941f,
            0.7229568362236023f,
            1f),
    /** 4-bit float: a sign, two bits of exponent and one of fraction, as bitsandbytes orders them; in twelfths. */
    FP4(
            0f,
            0.0625f / 12,
            8f / 12,
            1f,
            4f / 12,
            6f / 12,
            2f / 12,
            3f / 12,
            -0f,
            -0.0625f / 12,
            -8f / 12,
            -1f,
            -4f / 12,
            -6f / 12,
            -2f / 12,
            -3f / 12);

    private final Codebook codebook;

    FourBitType(float... levels) {
        this.codebook = new Codebook(levels);
    }

    /** Its name in files. */
    String label() {
        return this == NF4 ? "nf4" : "fp4";
    }

    Codebook codebook() {
        return codebook;
    }
}
