package org.peft4j.model;

import java.util.ArrayList;
import java.util.List;
import org.peft4j.api.PeftException;
import org.peft4j.api.TextActivations;
import org.peft4j.engine.KeyValueCache;
import org.peft4j.engine.Tape;

/** Runs a text through the plain base and keeps what it leaves. */
final class Activations {
    private Activations() {}

    static TextActivations of(BaseModel base, String text) {
        int[] ids = base.checkpoint().tokenizer().encode(text);
        if (ids.length == 0) {
            throw PeftException.of(
                    "empty-text", "the text to initialise from has no tokens", "Give a text of at least one word.");
        }
        float[] embeddings = new float[ids.length * base.shape().hiddenSize()];
        for (int i = 0; i < ids.length; i++) {
            base.matrix("model.embed_tokens.weight")
                    .read(ids[i], 1, embeddings, i * base.shape().hiddenSize());
        }
        int width = base.shape().kvWidth();
        KeyValueCache cache = new KeyValueCache(base.shape().layers(), width, ids.length);
        try (Tape tape = base.engine().tape(false, false, 0)) {
            new ForwardRun(AdaptedModel.of(base), tape).lastLogits(Batch.ofTokens(List.of(ids)), List.of(cache));
            List<float[]> keys = new ArrayList<>();
            List<float[]> values = new ArrayList<>();
            for (int layer = 0; layer < base.shape().layers(); layer++) {
                keys.add(cache.layer(layer).keys(ids.length));
                values.add(cache.layer(layer).values(ids.length));
            }
            return new TextActivations(ids.length, embeddings, keys, values);
        }
    }
}
