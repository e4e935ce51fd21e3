package org.peft4j.e2e;

import java.nio.file.Path;
import org.peft4j.config.ConfigDocument;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.StepReport;
import org.peft4j.runtime.TrainingListener;

/** A program of its own that trains and can be killed: the configuration is its argument; it prints the number of each step. */
public final class TrainOnce {
    private TrainOnce() {}

    /** Trains, going on where an earlier one was killed. */
    public static void main(String[] args) {
        try (Peft peft = Peft.create(2)) {
            peft.trainer(ConfigDocument.read(Path.of(args[0])).with("resume", "true"), new TrainingListener() {
                        @Override
                        public void stepped(StepReport report) {
                            System.out.println(report.step());
                            System.out.flush();
                        }
                    })
                    .run();
        }
        System.exit(0);
    }
}
