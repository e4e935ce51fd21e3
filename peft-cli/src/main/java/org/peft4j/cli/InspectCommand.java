package org.peft4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.peft4j.api.PeftException;
import org.peft4j.api.Role;
import org.peft4j.api.Site;
import org.peft4j.checkpoint.AdapterFiles;
import org.peft4j.checkpoint.Checkpoint;
import org.peft4j.checkpoint.ModelConfig;
import org.peft4j.checkpoint.TensorEntry;
import org.peft4j.checkpoint.Tensors;
import org.peft4j.checkpoint.TextTokenizer;
import org.peft4j.engine.Engine;
import org.peft4j.engine.Precision;
import org.peft4j.model.BaseModel;
import org.peft4j.runtime.CodecRegistry;
import org.peft4j.runtime.InstalledMethod;
import org.peft4j.runtime.MethodRegistry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code peft inspect}. */
@Command(
        name = "inspect",
        description = "Tell what a directory holds: a checkpoint or an adapter.",
        footer = {"  peft inspect models/tiny", "  peft inspect runs/a --tensors"})
final class InspectCommand extends Action {
    @Parameters(paramLabel = "DIR", description = "Directory of a checkpoint or an adapter.")
    private Path directory;

    @Option(names = "--tensors", description = "List every tensor.")
    private boolean tensors;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        if (Files.notExists(directory)) {
            throw PeftException.of(
                    "no-such-directory",
                    "There is no " + directory + " (seen from " + Path.of("").toAbsolutePath() + ").",
                    "Check the path.");
        }
        boolean adapter = Files.exists(directory.resolve(AdapterFiles.CONFIG));
        boolean checkpoint = Files.exists(directory.resolve("config.json"));
        // Neither: reading it as an adapter says what there is below it.
        boolean neither = Files.isDirectory(directory) && !checkpoint;
        Map<String, Object> facts = adapter || neither ? adapter() : checkpoint();
        if (json) {
            printJson(facts);
        } else {
            facts.forEach((key, value) -> print(key, value, ""));
        }
        return Main.OK;
    }

    private void print(String key, Object value, String indent) {
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            println(indent + key + ":");
            map.forEach((k, v) -> print(String.valueOf(k), v, indent + "  "));
        } else {
            String text = value instanceof Long n ? Text.count(n) : String.valueOf(value);
            println(indent + screen().bold(key) + ": " + text);
        }
    }

    private Map<String, Object> checkpoint() {
        Checkpoint checkpoint = Checkpoint.open(directory);
        ModelConfig c = checkpoint.config();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("checkpoint", directory.toString());
        facts.put("architecture", c.architecture().modelType());
        facts.put("layers", c.layers());
        facts.put("hidden size", c.hiddenSize());
        facts.put("heads", c.heads() + " of " + c.headDim() + ", " + c.kvHeads() + " for keys and values");
        facts.put("feed-forward size", c.intermediateSize());
        facts.put("vocabulary", c.vocabSize());
        facts.put("context", c.maxPositions() + " tokens");
        facts.put("output head", c.tiedEmbeddings() ? "tied to the embedding" : "of its own");
        facts.put("parameters", parameters(checkpoint));
        facts.put("element types", types(checkpoint));
        facts.put("files", files(checkpoint.files()));
        facts.put("tokenizer", tokenizer());
        facts.put("sites", sites(checkpoint));
        if (tensors) {
            facts.put("tensors", tensorList(checkpoint));
        }
        return facts;
    }

    private Map<String, Object> adapter() {
        AdapterFiles files = AdapterFiles.read(directory);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("adapter", directory.toString());
        String type = String.valueOf(files.config().get("peft_type"));
        facts.put("peft_type", type);
        facts.put("method", method(type, files.config()));
        facts.put("base", String.valueOf(files.config().get("base_model_name_or_path")));
        facts.put("parameters", parameters(files.tensors()));
        facts.put("element types", types(files.tensors()));
        facts.put("files", files(List.of(directory.resolve(AdapterFiles.WEIGHTS))));
        Map<String, Object> settings = new LinkedHashMap<>(files.config());
        settings.keySet().removeAll(List.of("peft_type", "base_model_name_or_path"));
        settings.values().removeIf(v -> v == null);
        facts.put("settings", settings);
        if (tensors) {
            facts.put("tensors", tensorList(files.tensors()));
        }
        return facts;
    }

    private static String method(String type, Map<String, Object> entries) {
        try {
            InstalledMethod reader = MethodRegistry.load().byPeftType(type, entries);
            return reader.name() + " (" + reader.module() + " " + reader.version() + ")";
        } catch (PeftException e) {
            if (e.code().equals("unknown-adapter-type")) {
                return "none installed reads it";
            }
            throw e;
        }
    }

    private static long parameters(Tensors tensors) {
        return tensors.names().stream()
                .mapToLong(n -> tensors.entry(n).elements())
                .sum();
    }

    private static String types(Tensors tensors) {
        TreeSet<String> types = new TreeSet<>();
        tensors.names().forEach(n -> types.add(tensors.entry(n).dtype().name()));
        return String.join(", ", types);
    }

    private static Map<String, Object> files(List<Path> files) {
        Map<String, Object> sizes = new LinkedHashMap<>();
        for (Path file : files) {
            try {
                sizes.put(file.getFileName().toString(), Text.bytes(Files.size(file)));
            } catch (IOException e) {
                sizes.put(file.getFileName().toString(), "can't be read");
            }
        }
        return sizes;
    }

    private String tokenizer() {
        if (!Files.exists(directory.resolve("tokenizer.json"))) {
            return "none (texts can't be trained on or generated)";
        }
        TextTokenizer t = TextTokenizer.open(directory);
        return t.vocabularySize() + " tokens, begin token " + (t.addsBos() ? t.bosId() : "not added") + ", end tokens "
                + t.eosIds() + ", chat template " + (t.hasChatTemplate() ? "yes" : "no");
    }

    /** The endings by which a method's settings name linear layers, with their sizes. */
    private static Map<String, Object> sites(Checkpoint checkpoint) {
        Map<String, Object> sites = new TreeMap<>();
        try (Engine engine = Engine.create(1)) {
            for (Site s : BaseModel.load(
                            engine, checkpoint, CodecRegistry.load().storage(CodecRegistry.PLAIN, Precision.FP32))
                    .shape()
                    .sites(Role.Kind.LINEAR)) {
                String ending = s.path().substring(s.path().lastIndexOf('.') + 1);
                sites.put(ending, s.in() + " to " + s.out());
            }
        }
        return sites;
    }

    private static Map<String, Object> tensorList(Tensors tensors) {
        Map<String, Object> list = new LinkedHashMap<>();
        for (String name : tensors.names()) {
            TensorEntry e = tensors.entry(name);
            list.put(name, e.dtype() + " " + java.util.Arrays.toString(e.shape()));
        }
        return list;
    }
}
