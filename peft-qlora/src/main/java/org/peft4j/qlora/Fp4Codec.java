package org.peft4j.qlora;

/**
 * 4-bit floats: as many bits as {@link Nf4Codec}, and a little less exact on weights that are normally distributed.
 */
public final class Fp4Codec extends FourBitCodec {
    /** With double quantization; for {@link java.util.ServiceLoader}. */
    public Fp4Codec() {
        this(true);
    }

    /** With or without double quantization. */
    public Fp4Codec(boolean doubleQuantization) {
        super(FourBitType.FP4, doubleQuantization);
    }
}
