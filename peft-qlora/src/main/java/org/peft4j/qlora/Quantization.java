package org.peft4j.qlora;

import org.peft4j.api.WeightCodec;

/** What QLoRA keeps frozen weights in. */
public enum Quantization {
    /** 4-bit NormalFloat. */
    NF4,
    /** 4-bit float. */
    FP4,
    /** 8-bit integers with a scale for each row. */
    INT8;

    WeightCodec codec(boolean doubleQuantization) {
        return switch (this) {
            case NF4 -> new Nf4Codec(doubleQuantization);
            case FP4 -> new Fp4Codec(doubleQuantization);
            case INT8 -> new Int8Codec();
        };
    }
}
