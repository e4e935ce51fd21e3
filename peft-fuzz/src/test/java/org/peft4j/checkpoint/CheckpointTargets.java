package org.peft4j.checkpoint;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/** Parsers of what comes with a model or an adapter. */
public final class CheckpointTargets {
    private static final Path FILE = Path.of("some", "file");
    private static final List<ChatMessage> CHAT = List.of(
            new ChatMessage("system", "Be brief."),
            new ChatMessage("user", "Hi {x}\n"),
            new ChatMessage("assistant", "é"));

    private static final TypeReference<LinkedHashMap<String, Object>> MAP = new TypeReference<>() {};
    private static Path scratch;
    private static int opened;

    private CheckpointTargets() {}

    /** The header alone: the first two bytes are the length of the data behind it. */
    public static void safetensorsHeader(byte[] input) {
        if (input.length < 2) {
            return;
        }
        byte[] json = java.util.Arrays.copyOfRange(input, 2, input.length);
        long data = (input[0] & 0xff) | (input[1] & 0xff) << 8;
        SafetensorsHeader header = SafetensorsHeader.parse(FILE, json, 8 + json.length + data);
        long bytes = header.entries().values().stream()
                .mapToLong(TensorEntry::byteLength)
                .sum();
        if (bytes != data) {
            throw new AssertionError("an accepted header describes " + bytes + " of " + data + " bytes");
        }
    }

    /** A whole file, mapped, every tensor of it read. */
    public static void safetensorsFile(byte[] input) throws IOException {
        if (scratch == null) {
            scratch = Files.createTempFile("fuzz", ".safetensors");
            scratch.toFile().deleteOnExit();
        }
        if (++opened % 5000 == 0) {
            System.gc(); // mappings are given back by the collector only, and there may be 65,530 of them
        }
        Files.write(scratch, input);
        SafetensorsFile file = SafetensorsFile.open(scratch);
        CRC32 sum = new CRC32();
        for (String name : file.names()) {
            sum.update(file.bytes(name));
            if (file.entry(name).dtype().isFloat()) {
                file.floats(name);
            }
        }
    }

    /** config.json. */
    public static void modelConfig(byte[] input) {
        ModelConfig config = ModelConfigReader.read(FILE, Json.object(FILE, input));
        config.toJson(DType.F32);
    }

    /** model.safetensors.index.json: whatever it names is a plain file name. */
    public static void shardIndex(byte[] input) {
        Checkpoint.shardOfTensor(FILE, Json.object(FILE, input)).values().forEach(name -> {
            if (!FILE.resolveSibling(name).normalize().getParent().equals(FILE.getParent())) {
                throw new AssertionError("leads out of the directory: " + name);
            }
        });
    }

    /** tokenizer.json, as far as it is read here. */
    public static void tokenizerFile(byte[] input) {
        TokenizerFile file = TokenizerFile.read(FILE, new ByteArrayInputStream(input), input.length);
        file.startsWith("<s>");
        file.token(file.size() - 1);
        file.id("a");
    }

    /** tokenizer_config.json and its like, each field of one object as one of them. */
    public static void tokenizerSettings(byte[] input) {
        JsonNode all = Json.object(FILE, input);
        TokenizerSettings settings = new TokenizerSettings(
                Path.of("no-such-directory"), all.path("a"), all.path("b"), all.path("c"), all.path("d"));
        byte[] vocabulary = "{\"model\":{\"vocab\":{\"<s>\":0,\"</s>\":1}}}".getBytes(StandardCharsets.UTF_8);
        TokenizerFile file = TokenizerFile.read(FILE, new ByteArrayInputStream(vocabulary), vocabulary.length);
        settings.addsBos(file);
        settings.eosIds(file);
        Optional<ChatTemplate> template = settings.chatTemplate();
        template.ifPresent(t -> t.render(CHAT, true, settings.specialTokens()));
    }

    /** A chat template, parsed and rendered. */
    public static void chatTemplate(byte[] input) {
        ChatTemplate template = ChatTemplate.parse(new String(input, StandardCharsets.UTF_8), "a file");
        Map<String, String> special = Map.of("bos_token", "<s>", "eos_token", "</s>");
        template.render(CHAT, true, special);
        template.render(CHAT.subList(1, 2), false, special);
    }

    /** The entries of an adapter_config.json. */
    public static Map<String, Object> entries(byte[] input) {
        return Json.MAPPER.convertValue(Json.object(FILE, input), MAP);
    }
}
