package org.peft4j.checkpoint;

import java.util.Optional;

/**
 * Element type of a tensor in a safetensors file.
 *
 * <p>The constants are declared in the order of the safetensors library, whose writer puts tensors of later types
 * first; {@link SafetensorsWriter} depends on it. A constant's {@link #name()} is its name in the file.
 */
public enum DType {
    /** One byte, 0 or 1. */
    BOOL(1, "bool"),
    /** Unsigned byte; also the container of packed 4-bit weights. */
    U8(1, "uint8"),
    /** Signed byte. */
    I8(1, "int8"),
    /** 8-bit float, 5 exponent bits. Readable as bytes only. */
    F8_E5M2(1, "float8_e5m2"),
    /** 8-bit float, 4 exponent bits. Readable as bytes only. */
    F8_E4M3(1, "float8_e4m3fn"),
    /** 16-bit signed integer. */
    I16(2, "int16"),
    /** 16-bit unsigned integer. */
    U16(2, "uint16"),
    /** IEEE 754 half precision. */
    F16(2, "float16"),
    /** The upper half of a {@link #F32}. */
    BF16(2, "bfloat16"),
    /** 32-bit signed integer. */
    I32(4, "int32"),
    /** 32-bit unsigned integer. */
    U32(4, "uint32"),
    /** IEEE 754 single precision. */
    F32(4, "float32"),
    /** IEEE 754 double precision. */
    F64(8, "float64"),
    /** 64-bit signed integer. */
    I64(8, "int64"),
    /** 64-bit unsigned integer. */
    U64(8, "uint64");

    private final int bytes;
    private final String torchName;

    DType(int bytes, String torchName) {
        this.bytes = bytes;
        this.torchName = torchName;
    }

    /** Size of one element in bytes: 1, 2, 4 or 8. */
    public int bytes() {
        return bytes;
    }

    /** The name in PyTorch and in {@code config.json}'s {@code torch_dtype}, for example {@code bfloat16}. */
    public String torchName() {
        return torchName;
    }

    /** Whether values of this type can be read as {@code float}: F32, F16, BF16 and F64 (rounded). */
    public boolean isFloat() {
        return this == F32 || this == F16 || this == BF16 || this == F64;
    }

    static Optional<DType> named(String safetensorsName) {
        for (DType type : values()) {
            if (type.name().equals(safetensorsName)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
