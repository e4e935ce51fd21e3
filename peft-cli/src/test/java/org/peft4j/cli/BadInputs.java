package org.peft4j.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes inputs that are wrong in one way each, and the commands that meet them. */
final class BadInputs {
    private final Path directory;
    private final Path model;
    private final Path data;
    private final List<Case> cases = new ArrayList<>();

    /** What is wrong, and a command that is given it. */
    record Case(String part, String what, List<Object> args) {}

    BadInputs(Path directory) throws IOException {
        this.directory = directory;
        this.model = Cli.model(directory);
        this.data = Cli.data(directory);
        weights();
        configurations();
        tokenizers();
        adapters();
        rows();
        runs();
    }

    List<Case> cases() {
        return List.copyOf(cases);
    }

    private void add(String part, String what, Object... args) {
        cases.add(new Case(part, what, List.of(args)));
    }

    private Path fresh(String name) throws IOException {
        return Cli.copy(model, directory.resolve(name + cases.size()));
    }

    private void header(String what, String json, int dataBytes) throws IOException {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(text.length).put(text);
        safetensors(what, file.array());
    }

    private void safetensors(String what, byte[] content) throws IOException {
        Path copy = fresh("weights");
        Files.write(copy.resolve("model.safetensors"), content);
        add("Weights", what, "inspect", copy);
    }

    private static String tensor(String name, String type, String shape, long from, long to) {
        return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":[" + from + ","
                + to + "]}";
    }

    private void weights() throws IOException {
        byte[] whole = Files.readAllBytes(model.resolve("model.safetensors"));
        safetensors("an empty file", new byte[0]);
        safetensors("cut short in the data", java.util.Arrays.copyOf(whole, whole.length - 1000));
        safetensors("cut short in the header", java.util.Arrays.copyOf(whole, 100));
        safetensors("bytes behind the last tensor", java.util.Arrays.copyOf(whole, whole.length + 7));
        safetensors(
                "a header of 2^62 bytes", ByteBuffer.allocate(16).putLong(0x40).array());
        safetensors("a Git LFS pointer", "version https://git-lfs\noid sha256:1\n".getBytes(StandardCharsets.UTF_8));
        safetensors("a web page", "<!DOCTYPE html><html></html>".getBytes(StandardCharsets.UTF_8));
        safetensors("a zip file", "PK\3\4..............".getBytes(StandardCharsets.UTF_8));
        header("a header that is no JSON", "{\"a\":", 0);
        header("a tensor twice", "{" + tensor("a", "U8", "[1]", 0, 1) + "," + tensor("a", "U8", "[1]", 1, 2) + "}", 2);
        header(
                "overlapping tensors",
                "{" + tensor("a", "U8", "[4]", 0, 4) + "," + tensor("b", "U8", "[4]", 2, 6) + "}",
                6);
        header("a gap", "{" + tensor("a", "U8", "[1]", 0, 1) + "," + tensor("b", "U8", "[1]", 2, 3) + "}", 3);
        header("a shape beyond any file", "{" + tensor("a", "F32", "[9223372036854775807,4]", 0, 4) + "}", 4);
        header("a negative size", "{" + tensor("a", "F32", "[-1]", 0, 4) + "}", 4);
        header("too few bytes for a shape", "{" + tensor("a", "F32", "[2]", 0, 4) + "}", 4);
        header("offsets beyond the file", "{" + tensor("a", "U8", "[4000]", 0, 4000) + "}", 4);
        header("an unknown type", "{" + tensor("a", "F3", "[1]", 0, 1) + "}", 1);
        header("JSON nested 2,000 deep", "{\"a\":{\"shape\":" + "[".repeat(2000) + "}}", 0);
        Path sharded =
                Cli.copy(Cli.repository().resolve("fixtures/models/llama-sharded"), directory.resolve("sharded"));
        String index = Files.readString(sharded.resolve("model.safetensors.index.json"));
        shards(sharded, "a shard that climbs out", index.replace("model-00001-of", "../model-00001-of"));
        shards(sharded, "a shard with an absolute path", index.replace("model-00001-of", "/etc/model-00001-of"));
        shards(sharded, "a shard that isn't there", index.replace("model-00001-of-00003", "model-00009-of-00003"));
        shards(sharded, "an index without a map", "{}");
    }

    private void shards(Path sharded, String what, String index) throws IOException {
        Path copy = Cli.copy(sharded, directory.resolve("sharded" + cases.size()));
        Files.writeString(copy.resolve("model.safetensors.index.json"), index);
        add("Weights", what, "inspect", copy);
    }

    private void config(String what, String from, String to) throws IOException {
        Path copy = fresh("config");
        String text = Files.readString(copy.resolve("config.json"));
        String changed = text.replaceFirst(from, to);
        if (changed.equals(text)) {
            throw new IllegalStateException(from + " isn't in " + text);
        }
        Files.writeString(copy.resolve("config.json"), changed);
        add("config.json", what, "logits", "--base", copy, "--ids", "1,2", "--out", directory.resolve("logits.json"));
    }

    private void configurations() throws IOException {
        config("no JSON", "\\{", "[");
        config("an unknown architecture", "\"llama\"", "\"gpt2\"");
        config("a width that isn't the weights'", "\"hidden_size\": 32", "\"hidden_size\": 64");
        config("a negative size", "\"intermediate_size\": 64", "\"intermediate_size\": -64");
        config("a size that is text", "\"vocab_size\": 4096", "\"vocab_size\": \"many\"");
        config("two billion layers", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 2000000000");
        config("heads that don't divide", "\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3");
        config("a head as wide as memory", "\"head_dim\": 8", "\"head_dim\": 500000000");
        config("another activation", "\"silu\"", "\"gelu\"");
        config("a key given twice", "\"hidden_size\": 32", "\"hidden_size\": 32, \"hidden_size\": 32");
        config("an id outside the vocabulary", "\"eos_token_id\": 2", "\"eos_token_id\": 4096");
        config("scaling of an unknown kind", "\"rope_scaling\": null", "\"rope_scaling\": {\"type\": \"yarn\"}");
    }

    private void tokenizer(String what, String file, String content) throws IOException {
        Path copy = fresh("tokenizer");
        Files.writeString(copy.resolve(file), content);
        add("Tokenizer", what, "generate", "--base", copy, "--prompt", "a", "--max-new-tokens", "1");
    }

    private void tokenizers() throws IOException {
        tokenizer("no JSON", "tokenizer.json", "{");
        tokenizer("no vocabulary", "tokenizer.json", "{\"model\": {}}");
        tokenizer("an id of sixteen million", "tokenizer.json", "{\"model\":{\"vocab\":{\"a\":16000000}}}");
        tokenizer("a token without an id", "tokenizer.json", "{\"model\":{\"vocab\":{\"a\":null}}}");
        tokenizer("settings that are a list", "tokenizer_config.json", "[]");
        tokenizer("a chat template that isn't closed", "chat_template.jinja", "{% for m in messages %}");
        tokenizer("a chat template nested too deeply", "chat_template.jinja", "{{ " + "(".repeat(5000) + " }}");
    }

    private void adapter(String what, String from, String to) throws IOException {
        Path source = Cli.repository().resolve("fixtures/adapters/lora-qv");
        Path copy = Cli.copy(source, directory.resolve("adapter" + cases.size()));
        String text = Files.readString(copy.resolve("adapter_config.json"));
        Files.writeString(copy.resolve("adapter_config.json"), text.replaceFirst(from, to));
        adapterCase(what, copy);
    }

    private void adapterCase(String what, Path adapter) {
        Path base = Cli.repository().resolve("fixtures/models/llama-gqa-untied");
        add(
                "Adapter",
                what,
                "logits",
                "--base",
                base,
                "--adapter",
                adapter,
                "--ids",
                "1,2",
                "--out",
                directory.resolve("logits.json"));
    }

    private void adapters() throws IOException {
        adapterCase("a directory without one", Files.createDirectories(directory.resolve("nothing")));
        adapterCase("a directory that isn't there", directory.resolve("nowhere"));
        adapterCase("a model", model);
        adapter("of an unknown type", "\"LORA\"", "\"LORO\"");
        adapter("a rank of another size", "\"r\": \\d+", "\"r\": 3");
        adapter("a rank that is text", "\"r\": \\d+", "\"r\": \"eight\"");
        adapter("an option that isn't done", "\"layer_replication\": null", "\"layer_replication\": [[0, 1]]");
        adapter("fewer targets than tensors", "(?s)\"target_modules\": \\[.*?\\]", "\"target_modules\": [\"q_proj\"]");
        adapter("more targets than tensors", "(?s)\"target_modules\": \\[.*?\\]", "\"target_modules\": \"all-linear\"");
        adapter(
                "an expression that never ends",
                "(?s)\"target_modules\": \\[.*?\\]",
                "\"target_modules\": \"(.*.*.*.*.*.*.*.*.*)*x\"");
        Path other = Cli.repository().resolve("fixtures/adapters/lora-qwen2");
        adapterCase("made for another base", Cli.copy(other, directory.resolve("qwen")));
        Path pickled = Files.createDirectories(directory.resolve("pickled"));
        Files.writeString(pickled.resolve("adapter_config.json"), "{\"peft_type\": \"LORA\"}");
        Files.writeString(pickled.resolve("adapter_model.bin"), "pickle");
        adapterCase("only a pickle file", pickled);
    }

    private void row(String what, String name, byte[] content) throws IOException {
        Path file = Files.write(directory.resolve(name), content);
        add("Data", what, "train", run(), "-s", "data.train=" + file);
    }

    private void row(String what, String name, String content) throws IOException {
        row(what, name, content.getBytes(StandardCharsets.UTF_8));
    }

    private Path run() throws IOException {
        return Cli.config(directory, model, data, directory.resolve("out"));
    }

    private void rows() throws IOException {
        row("an empty file", "empty.jsonl", "");
        row("a line that isn't JSON", "broken.jsonl", "{\"prompt\": \"a\", \"completion\": \" b\"}\n{\"prompt\": \n");
        row("a line of 11 MB", "long.jsonl", "{\"text\": \"" + "a".repeat(11_000_000) + "\"}");
        row("bytes that aren't UTF-8", "latin.jsonl", new byte[] {'{', '"', (byte) 0xe9, '"', '}'});
        row("no known form", "form.jsonl", "{\"question\": \"a\", \"answer\": \"b\"}\n");
        row("a number for a text", "number.jsonl", "{\"prompt\": 5, \"completion\": \" b\"}\n");
        row("a second form", "mixed.jsonl", "{\"text\": \"a b c\"}\n{\"prompt\": \"a\", \"completion\": \"b\"}\n");
        row("a chat without an answer", "chat.jsonl", "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}\n");
        row("nested 1,000 deep", "deep.jsonl", "{\"text\": " + "[".repeat(1000) + "\n");
        row("control characters", "control.jsonl", "{\"a\u001b[31m\": 1}\n");
        row("a list that isn't closed", "list.json", "[{\"text\": \"a b c\"},\n");
        add("Data", "a directory", "train", run(), "-s", "data.train=" + directory.resolve("nothing"));
        add(
                "Data",
                "a file that isn't there",
                "train",
                run(),
                "-s",
                "data.train=" + directory.resolve("nowhere.jsonl"));
    }

    private void yaml(String what, String name, String text) throws IOException {
        add("Run", what, "train", Files.writeString(directory.resolve(name), text));
    }

    private void runs() throws IOException {
        String good = Files.readString(run());
        add("Run", "a file that isn't there", "train", "nowhere.yaml");
        yaml("a misspelt key", "typo.yaml", good.replace("batch-size", "bach-size"));
        yaml("aliases that multiply", "bomb.yaml", "a: &a [x, x]\nb: [*a, *a]\n" + good);
        yaml("a tag that constructs", "tag.yaml", "base: !!javax.script.ScriptEngineManager [x]\n");
        yaml("nested 100 deep", "deep.yaml", "base: " + "[".repeat(100) + "\n");
        yaml("a key given twice", "twice.yaml", good + "output: again\n");
        yaml("no YAML", "no.yaml", "base: [a\nmethod: b");
        yaml("a text for a number", "text.yaml", good.replace("steps: 8", "steps: eight"));
        yaml("a number out of range", "range.yaml", good.replace("batch-size: 4", "batch-size: 0"));
        add(
                "Run",
                "larger than 1 MiB",
                "train",
                Files.writeString(directory.resolve("large.yaml"), "# " + "x".repeat(1 << 20) + "\n" + good));
        add("Run", "an unknown method", "train", run(), "-s", "method.name=lorra");
        add("Run", "a target that matches nothing", "train", run(), "-s", "method.target-modules=[query]");
        add("Run", "an expression that is none", "train", run(), "-s", "method.target-modules='((('");
        add("Run", "a batch of fewer tokens than a row has", "train", run(), "-s", "training.batch-type=tokens");
        add("Run", "an output that is a file", "train", run(), "--out", run());
        add("Run", "no command", "trian");
    }
}
