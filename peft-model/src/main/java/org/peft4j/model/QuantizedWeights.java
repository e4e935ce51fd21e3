package org.peft4j.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.peft4j.api.PeftException;
import org.peft4j.api.Role;
import org.peft4j.api.Site;
import org.peft4j.api.Targets;
import org.peft4j.api.WeightCodec;
import org.peft4j.checkpoint.Checkpoint;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.checkpoint.TensorSource;

/** A base's weights in a codec's form. */
public final class QuantizedWeights {
    private QuantizedWeights() {}

    /**
     * Writes a checkpoint in which every linear layer but the output head is encoded; everything else is as in the base.
     *
     * @throws PeftException {@code not-quantizable} if the base is quantized already or the codec has no form in files; and as
     *     {@link CheckpointWriter} does
     */
    public static void write(BaseModel base, WeightCodec codec, Path directory, CheckpointWriter.Existing existing) {
        List<String> skipped = new ArrayList<>();
        List<TensorSource> tensors = new ArrayList<>();
        Checkpoint checkpoint = base.checkpoint();
        List<String> rest = new ArrayList<>(checkpoint.names());
        for (Site site : base.shape().sites(Role.Kind.LINEAR)) {
            String key = base.weightKey(site);
            if (!Targets.allLinear().test(site)) {
                skipped.add(site.path());
                continue;
            }
            if (base.isEncoded(key)) {
                throw notQuantizable(checkpoint.directory() + " is quantized already");
            }
            rest.remove(key);
            var encoded = codec.encode(base.source(key)).tensors();
            encoded.forEach((name, tensor) -> tensors.add(TensorSource.of(site.path() + "." + name, tensor)));
        }
        Map<String, Object> entry = codec.checkpointEntry(skipped);
        if (entry.isEmpty()) {
            throw notQuantizable("codec " + codec.name() + " has no form in files");
        }
        rest.forEach(key -> tensors.add(TensorSource.copyOf(checkpoint, key, key)));
        CheckpointWriter.writeQuantized(directory, checkpoint, entry, tensors, existing);
    }

    private static PeftException notQuantizable(String why) {
        return PeftException.of(
                "not-quantizable",
                "The checkpoint can't be quantized: " + why + ".",
                "Start from the full checkpoint, with a codec that other programs read.");
    }
}
