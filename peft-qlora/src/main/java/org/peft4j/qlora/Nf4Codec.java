package org.peft4j.qlora;

/**
 * 4-bit NormalFloat (Dettmers et al. 2023): it takes 4.5 bits per element, or 4.127 with double quantization, in which the
 * scales are kept in 8 bits themselves, in blocks of 256 around their mean.
 */
public final class Nf4Codec extends FourBitCodec {
    /** With double quantization; for {@link java.util.ServiceLoader}. */
    public Nf4Codec() {
        this(true);
    }

    /** With or without double quantization. */
    public Nf4Codec(boolean doubleQuantization) {
        super(FourBitType.NF4, doubleQuantization);
    }
}
