package org.peft4j.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.peft4j.api.AdapterFormat;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.Installer;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.AdapterFiles;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.checkpoint.DType;
import org.peft4j.checkpoint.TensorEntry;
import org.peft4j.checkpoint.TensorSource;
import org.peft4j.engine.EngineParam;
import org.peft4j.engine.Tape;

/** Writes adapters so that HuggingFace peft reads them, and reads its adapters. */
public final class AdapterStore {
    /** The version of peft whose file format this is. */
    private static final String FORMAT_VERSION = "0.21.0";

    private AdapterStore() {}

    /**
     * Writes what training has made: an adapter directory, or a whole checkpoint where the method says so. What was there before
     * stays whole until everything new is written.
     *
     * @throws PeftException if a value is not a finite number, or the files cannot be written
     */
    public static void save(BaseModel base, Adapter adapter, Path directory) {
        requireFinite(adapter);
        if (adapter.method().format().wholeCheckpoint()) {
            MergedWeights merged = new MergedWeights(AdaptedModel.of(base, adapter));
            CheckpointWriter.writeLike(
                    directory, base.checkpoint(), merged.tensors(), CheckpointWriter.Existing.OVERWRITE);
            return;
        }
        Map<String, Object> config = new LinkedHashMap<>(entries(base, adapter));
        config.put("peft_type", adapter.method().format().peftType());
        config.put("base_model_name_or_path", base.checkpoint().directory().toString());
        config.put("task_type", "CAUSAL_LM");
        config.put("inference_mode", true);
        config.put("revision", null);
        config.put("auto_mapping", null);
        config.put("peft_version", FORMAT_VERSION);
        AdapterFiles.write(directory, config, tensors(base, adapter));
    }

    /** The element type is checked by the caller: an adapter's settings always are of its method's type. */
    @SuppressWarnings("unchecked")
    private static Map<String, Object> entries(BaseModel base, Adapter adapter) {
        AdapterFormat<Record> format = (AdapterFormat<Record>) adapter.method().format();
        return format.write(adapter.config(), base.shape());
    }

    private static void requireFinite(Adapter adapter) {
        for (EngineParam p : adapter.parameters().all()) {
            if (!p.finite()) {
                throw PeftException.of(
                        "non-finite-weights",
                        "parameter " + p.key() + " holds values that are not finite numbers; nothing was written",
                        "Train again with a lower learning rate.");
            }
        }
    }

    private static List<TensorSource> tensors(BaseModel base, Adapter adapter) {
        List<TensorSource> tensors = new ArrayList<>();
        for (EngineParam p : adapter.parameters().all()) {
            if (p.spec().saved()) {
                tensors.add(TensorSource.of(
                        p.key(),
                        DType.F32,
                        p.shape(),
                        (first, into, offset, count) -> p.read(Math.toIntExact(first), into, offset, count)));
            }
        }
        try (Tape tape = base.engine().tape(false, false, 0)) {
            for (Map.Entry<String, Installer.Computed> d : adapter.derived.entrySet()) {
                var value = (org.peft4j.engine.Tensor) d.getValue().compute(tape.ops());
                tensors.add(TensorSource.of(d.getKey(), value.toArray(), value.shape()));
            }
        }
        return tensors;
    }

    /**
     * Reads an adapter and installs it.
     *
     * @param name what it is called among several
     * @param method the method that its {@code peft_type} belongs to
     * @throws PeftException listing the tensors that are missing, unexpected or misshapen, or naming a setting that the method does
     *     not do
     */
    public static <C extends Record> Adapter load(
            BaseModel base, AdapterFiles files, String name, AdapterMethod<C> method) {
        C config = method.format().read(files.config(), base.shape());
        Adapter adapter = Adapter.install(base, name, method, config, 0);
        TensorProblems problems = new TensorProblems();
        TreeSet<String> unexpected = new TreeSet<>(files.tensors().names());
        for (EngineParam p : adapter.parameters().all()) {
            unexpected.remove(p.key());
            if (p.spec().saved()) {
                assign(files, p, problems);
            }
        }
        // What follows from the parameters may stand there, too.
        unexpected.removeAll(adapter.derived.keySet());
        // The frozen weight of a layer that could be tied to another is saved beside its adapter; it is the base's own.
        unexpected.removeIf(k -> k.endsWith(".base_layer.weight"));
        unexpected.forEach(k -> problems.add("unexpected", k, dimensions(files, k)));
        if (!problems.isEmpty()) {
            throw PeftException.of(
                    "adapter-tensors",
                    "the tensors of " + files.directory() + " do not fit method " + method.name() + " on "
                            + base.checkpoint().directory() + ":" + problems,
                    "The adapter was made for another base model or with other settings (its base: "
                            + files.config().get("base_model_name_or_path") + ").");
        }
        return adapter;
    }

    private static void assign(AdapterFiles files, EngineParam p, TensorProblems problems) {
        if (!files.tensors().contains(p.key())) {
            problems.add("missing", p.key(), Arrays.toString(p.shape()));
            return;
        }
        TensorEntry entry = files.tensors().entry(p.key());
        if (!entry.hasShape(p.shape())) {
            problems.add(
                    "misshapen",
                    p.key(),
                    "is " + dimensions(files, p.key()) + ", should be " + Arrays.toString(p.shape()));
            return;
        }
        p.assign(files.tensors().floats(p.key()));
        if (!p.finite()) {
            problems.add("not finite", p.key(), "holds NaN or infinite values");
        }
    }

    private static String dimensions(AdapterFiles files, String key) {
        return Arrays.toString(files.tensors().entry(key).shape());
    }
}
