package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.peft4j.engine.EngineParam;
import org.peft4j.model.Adapter;
import org.peft4j.model.Batch;
import org.peft4j.runtime.AdamWSettings;
import org.peft4j.runtime.Optimizer;
import org.peft4j.runtime.OptimizerFactory;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;

/** Five steps of AdamW with clipping, against the same steps by torch. */
class OptimizerParityTests {
    @Test
    void lossesAndParametersFollowTorchs() {
        JsonNode file = Fixtures.json(Fixtures.adapter("lora-qv").resolve("optimizer.json"));
        try (Peft peft = Peft.create(2)) {
            for (JsonNode run : file.get("runs")) {
                follow(peft, file, run);
            }
        }
    }

    private static void follow(Peft peft, JsonNode file, JsonNode run) {
        PeftModel model = peft.load(Fixtures.model(file.get("base").asText()));
        Adapter adapter = model.loadAdapter(Fixtures.adapter("lora-qv"));
        List<Batch.Sequence> sequences = new ArrayList<>();
        file.get("batch").forEach(ids -> sequences.add(Batch.Sequence.of(Fixtures.ints(ids))));
        AdamWSettings settings =
                AdamWSettings.of(1e-2).withWeightDecay(run.get("weight_decay").asDouble());
        Optimizer optimizer = optimizer(peft.optimizer("adamw"), settings, adapter);
        Batch batch = Batch.of(sequences);

        for (int i = 0; i < 5; i++) {
            adapter.parameters().zeroGradients();
            double weight = 1.0 / batch.targetCount();
            double loss = model.with(adapter).lossAndGradients(batch, weight, 0) * weight;
            double norm = adapter.parameters().gradientNorm();
            assertThat(loss).isCloseTo(run.get("losses").get(i).asDouble(), within(1e-4));
            assertThat(norm).isCloseTo(run.get("norms").get(i).asDouble(), within(1e-3));
            adapter.parameters().scaleGradients(Math.min(1, 1 / (norm + 1e-6)));
            optimizer.step(1e-2);
        }

        for (EngineParam p : adapter.parameters().trainable()) {
            assertThat(p.toArray())
                    .as(p.key())
                    .containsExactly(
                            Fixtures.floats(run.get("parameters").get(p.key()).get("values")), offset(2e-4f));
        }
    }

    private static <C extends Record> Optimizer optimizer(
            OptimizerFactory<C> factory, Record settings, Adapter adapter) {
        return factory.create(factory.configType().cast(settings), adapter.parameters());
    }
}
