package org.peft4j.api;

import java.nio.ByteBuffer;

/**
 * A tensor as it stands in a file.
 *
 * @param dtype the safetensors name of its element type: {@code F32}, {@code U8}, ...
 * @param shape its dimensions
 * @param bytes its elements, little-endian, row-major; from position to limit
 */
public record RawTensor(String dtype, Shape shape, ByteBuffer bytes) {}
