package org.peft4j.model;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.peft4j.api.EncodedWeight;
import org.peft4j.api.PeftException;
import org.peft4j.api.RawTensor;
import org.peft4j.api.Role;
import org.peft4j.api.Shape;
import org.peft4j.api.Site;
import org.peft4j.api.WeightCodec;
import org.peft4j.checkpoint.Checkpoint;
import org.peft4j.checkpoint.TensorEntry;

/** Finds the linear layers of a checkpoint whose weights are there in a codec's form. */
final class StoredLayers {
    private final Checkpoint checkpoint;
    private final Iterable<WeightCodec> codecs;
    private final NavigableSet<String> names;

    StoredLayers(Checkpoint checkpoint, Iterable<WeightCodec> codecs) {
        this.checkpoint = checkpoint;
        this.codecs = codecs;
        this.names = new TreeSet<>(checkpoint.names());
    }

    /**
     * The encoded weights by the key that a plain weight would have.
     *
     * @throws PeftException {@code unknown-quantization} if no codec reads one; {@code broken-quantization}
     */
    Map<String, EncodedWeight> restored(Iterable<Site> sites) {
        Map<String, EncodedWeight> found = new HashMap<>();
        for (Site site : sites) {
            if (site.role().kind() == Role.Kind.LINEAR && !plain(site)) {
                found.put(site.path() + ".weight", restore(site));
            }
        }
        return found;
    }

    /** Whether there is a plain weight, or nothing at all, which is another error. */
    private boolean plain(Site site) {
        String key = site.path() + ".weight";
        if (!checkpoint.contains(key)) {
            return layer(site).isEmpty() || layer(site).keySet().equals(java.util.Set.of("bias"));
        }
        return checkpoint.entry(key).dtype().isFloat();
    }

    private Map<String, String> layer(Site site) {
        Map<String, String> layer = new LinkedHashMap<>();
        for (String name : names.tailSet(site.path() + ".")) {
            if (!name.startsWith(site.path() + ".")) {
                break;
            }
            layer.put(name.substring(site.path().length() + 1), name);
        }
        return layer;
    }

    private EncodedWeight restore(Site site) {
        Map<String, String> layer = layer(site);
        TreeSet<String> installed = new TreeSet<>();
        for (WeightCodec codec : codecs) {
            if (codec.reads(layer.keySet())) {
                return codec.restore(site.path(), site.out(), site.in(), tensors(layer));
            }
            installed.add(codec.name());
        }
        throw PeftException.of(
                "unknown-quantization",
                "The weight of " + site.path() + " in " + checkpoint.directory()
                        + " is in a form that no installed codec reads; its tensors are " + described(layer) + ".",
                "Installed codecs: " + (installed.isEmpty() ? "none" : String.join(", ", installed))
                        + ". Use the checkpoint before its quantization, or drop the jar of a codec for it into the plugins"
                        + " directory.");
    }

    private Map<String, RawTensor> tensors(Map<String, String> layer) {
        Map<String, RawTensor> tensors = new LinkedHashMap<>();
        layer.forEach((name, key) -> {
            TensorEntry entry = checkpoint.entry(key);
            if (entry.elements() == 0) {
                throw PeftException.of(
                        "broken-quantization",
                        "The tensor " + key + " in " + checkpoint.directory() + " is empty.",
                        "Download the checkpoint again, or quantize the full one again.");
            }
            tensors.put(
                    name,
                    new RawTensor(
                            entry.dtype().name(),
                            entry.rank() == 0 ? Shape.of(1) : Shape.of(entry.shape()),
                            checkpoint.bytes(key)));
        });
        return tensors;
    }

    private String described(Map<String, String> layer) {
        TreeSet<String> all = new TreeSet<>();
        layer.forEach((name, key) -> {
            TensorEntry entry = checkpoint.entry(key);
            all.add(name + " " + entry.dtype() + " " + Arrays.toString(entry.shape()));
        });
        return String.join(", ", all);
    }
}
