package org.peft4j.checkpoint;

import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.AbstractStringAssert;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;
import org.peft4j.api.PeftException;

/** What several tests need. */
final class Fixtures {
    static final String CONFIG = """
            {"model_type": "llama", "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
             "intermediate_size": 12, "vocab_size": 16, "max_position_embeddings": 32}""";

    private Fixtures() {}

    /** A directory under shared/, or a skipped test where it isn't there. */
    static Path shared(String path) {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path found = at.resolve("../shared").resolve(path).normalize();
            if (Files.exists(found)) {
                return found;
            }
        }
        System.err.println("SKIPPED: ../shared/" + path + " isn't there");
        Assumptions.abort("../shared/" + path + " isn't there");
        throw new AssertionError();
    }

    /** Asserts that an error of this code is thrown; goes on with its message. */
    static AbstractStringAssert<?> assertError(String code, ThrowingCallable call) {
        Throwable thrown = catchThrowable(call);
        Assertions.assertThat(thrown).isInstanceOf(PeftException.class);
        Assertions.assertThat(((PeftException) thrown).code())
                .as(thrown.getMessage())
                .isEqualTo(code);
        return Assertions.assertThat(thrown.getMessage());
    }

    static JsonNode resource(String name) throws IOException {
        try (InputStream in = Fixtures.class.getResourceAsStream(name)) {
            return Json.MAPPER.readTree(in);
        }
    }

    static byte[] resourceBytes(String name) throws IOException {
        try (InputStream in = Fixtures.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    /** A safetensors file of this header, padded not at all, and so many zero bytes of data. */
    static byte[] safetensors(String header, int dataBytes) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        return bytes.putLong(json.length).put(json).array();
    }
}
