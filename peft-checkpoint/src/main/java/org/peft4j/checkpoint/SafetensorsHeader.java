package org.peft4j.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.peft4j.api.PeftException;

/** Parses and checks a safetensors header; the file may come from anyone. */
final class SafetensorsHeader {
    private final Path file;
    private final long dataStart;
    private final Map<String, TensorEntry> entries = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private SafetensorsHeader(Path file, long dataStart) {
        this.file = file;
        this.dataStart = dataStart;
    }

    Map<String, TensorEntry> entries() {
        return entries;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    /** Parses {@code json}, which is followed by the data that ends at {@code fileSize}. */
    static SafetensorsHeader parse(Path file, byte[] json, long fileSize) {
        SafetensorsHeader header = new SafetensorsHeader(file, 8L + json.length);
        try (JsonParser parser = Json.MAPPER.createParser(json)) {
            header.expect(parser.nextToken(), JsonToken.START_OBJECT, "the header");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                header.expect(parser.nextToken(), JsonToken.START_OBJECT, name);
                if (name.equals("__metadata__")) {
                    header.readMetadata(parser);
                } else {
                    header.entries.put(name, header.readEntry(parser, name));
                }
            }
            if (parser.nextToken() != null) {
                throw header.bad("there is something after the header's JSON object");
            }
        } catch (IOException e) {
            throw header.bad("the header isn't valid JSON: "
                    + e.getMessage().lines().findFirst().orElse(""));
        }
        header.checkLayout(fileSize);
        return header;
    }

    private void readMetadata(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            expect(parser.nextToken(), JsonToken.VALUE_STRING, "__metadata__." + key);
            metadata.put(key, parser.getText());
        }
    }

    private TensorEntry readEntry(JsonParser parser, String name) throws IOException {
        String dtype = "";
        List<Long> shape = List.of();
        List<Long> offsets = List.of();
        boolean shaped = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            parser.nextToken();
            switch (key) {
                case "dtype" -> {
                    expect(parser.currentToken(), JsonToken.VALUE_STRING, name + ".dtype");
                    dtype = parser.getText();
                }
                case "shape" -> {
                    shape = sizes(parser, name + ".shape");
                    shaped = true;
                }
                case "data_offsets" -> offsets = sizes(parser, name + ".data_offsets");
                default -> throw bad("tensor " + name + " has an unknown key \"" + key + "\"");
            }
        }
        if (!shaped || offsets.size() != 2) {
            throw bad("tensor " + name + " lacks a shape or its two data_offsets");
        }
        return entry(name, dtype, shape.stream().mapToLong(Long::longValue).toArray(), offsets);
    }

    private List<Long> sizes(JsonParser parser, String what) throws IOException {
        expect(parser.currentToken(), JsonToken.START_ARRAY, what);
        List<Long> sizes = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, what);
            JsonParser.NumberType type = parser.getNumberType();
            if (type == JsonParser.NumberType.BIG_INTEGER || parser.getLongValue() < 0) {
                throw bad(what + " holds " + parser.getText() + ", which is no size");
            }
            sizes.add(parser.getLongValue());
        }
        return sizes;
    }

    private TensorEntry entry(String name, String dtype, long[] shape, List<Long> offsets) {
        DType type = DType.named(dtype)
                .orElseThrow(() -> PeftException.of(
                        "unknown-dtype",
                        "Tensor " + name + " in " + file + " has the element type \"" + dtype
                                + "\", which isn't known.",
                        "Convert the weights to F32, F16 or BF16."));
        long expected = type.bytes();
        boolean empty = Arrays.stream(shape).anyMatch(size -> size == 0);
        try {
            for (long size : shape) {
                expected = empty ? 0 : Math.multiplyExact(expected, size);
            }
        } catch (ArithmeticException e) {
            throw bad("the shape of tensor " + name + " is larger than any file");
        }
        long start = offsets.get(0);
        long length = offsets.get(1) - start;
        if (length != expected) {
            throw bad("tensor " + name + " has " + length + " bytes of data where its shape and type need " + expected);
        }
        if (start > Long.MAX_VALUE - dataStart) {
            throw bad("tensor " + name + " starts beyond any file's end");
        }
        return new TensorEntry(name, type, shape, dataStart + start, length);
    }

    private void checkLayout(long fileSize) {
        List<TensorEntry> sorted = new ArrayList<>(entries.values());
        sorted.sort(Comparator.comparingLong(TensorEntry::offset).thenComparingLong(TensorEntry::byteLength));
        long end = dataStart;
        for (TensorEntry entry : sorted) {
            if (entry.offset() != end) {
                String fault = entry.offset() < end ? " overlaps the one before it" : " leaves a gap before it";
                throw bad("tensor " + entry.name() + fault);
            }
            end += entry.byteLength();
            if (end < 0) {
                throw bad("tensor " + entry.name() + " ends beyond any file's end");
            }
        }
        if (end > fileSize) {
            throw truncated(file, "expected " + end + " bytes, has " + fileSize);
        }
        if (end < fileSize) {
            throw bad("there are " + (fileSize - end) + " bytes after the last tensor");
        }
    }

    private void expect(JsonToken actual, JsonToken wanted, String what) {
        if (actual != wanted) {
            throw bad(what + " isn't of the form the format asks for");
        }
    }

    private PeftException bad(String why) {
        return bad(file, why);
    }

    static PeftException bad(Path file, String why) {
        return PeftException.of(
                "bad-safetensors",
                file + " isn't a valid safetensors file: " + why + ".",
                "Download it again, or save it again with the safetensors library.");
    }

    static PeftException truncated(Path file, String sizes) {
        return PeftException.of("truncated-file", file + ": file cut short: " + sizes + ".", "Download it again.");
    }
}
