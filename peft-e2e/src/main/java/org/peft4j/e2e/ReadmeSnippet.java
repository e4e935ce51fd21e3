package org.peft4j.e2e;

import java.nio.file.Path;
import java.util.List;
import org.peft4j.checkpoint.CheckpointWriter.Existing;
import org.peft4j.lora.LoraConfig;
import org.peft4j.model.Adapter;
import org.peft4j.model.Sampling;
import org.peft4j.runtime.AdamWSettings;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;
import org.peft4j.runtime.StepReport;
import org.peft4j.runtime.TrainingListener;
import org.peft4j.runtime.TrainingResult;
import org.peft4j.runtime.TrainingSettings;

/** The README's example for applications; a test compares the two. */
final class ReadmeSnippet {
    private ReadmeSnippet() {}

    static String run(Path dir) {
        // README begins
        try (Peft peft = Peft.create()) {
            PeftModel model = peft.load(dir.resolve("base"));
            Adapter adapter =
                    model.install("lora", LoraConfig.builder().rank(8).alpha(16).build(), 42);
            TrainingResult result = peft.training(model, adapter)
                    .data(dir.resolve("train.jsonl"))
                    .heldOut(dir.resolve("valid.jsonl"))
                    .optimizer("adamw", AdamWSettings.of(5e-3))
                    .settings(TrainingSettings.defaults().withBatchSize(16).withSteps(20))
                    .run(new TrainingListener() {
                        @Override
                        public void stepped(StepReport step) {
                            System.out.printf("%d: loss %.3f%n", step.step(), step.loss());
                        }
                    });
            System.out.println("held-out loss: " + result.after().orElseThrow().loss());
            model.save(adapter, dir.resolve("adapter"));
            model.merge(List.of(adapter), dir.resolve("merged"), Existing.KEEP);
            return model.generate("say green:", Sampling.greedy(16), adapter);
        }
        // README ends
    }
}
