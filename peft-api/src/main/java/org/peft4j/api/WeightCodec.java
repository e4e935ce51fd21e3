package org.peft4j.api;

/** A way to keep frozen weights small. Stateless and thread-safe. */
public interface WeightCodec {
    /** Its stable name, lower-case-with-hyphens: {@code nf4}. */
    String name();

    /** Encodes one weight [out, in], reading it piece by piece. */
    EncodedWeight encode(MatrixSource weight);
}
