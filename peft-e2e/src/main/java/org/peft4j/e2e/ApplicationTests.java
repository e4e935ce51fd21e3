package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.peft4j.api.PeftException;
import org.peft4j.api.Setting;
import org.peft4j.data.DataRow;
import org.peft4j.data.DataSource;
import org.peft4j.data.Origin;
import org.peft4j.data.RowText;
import org.peft4j.embedded.EmbeddedDefault;
import org.peft4j.engine.ParameterSet;
import org.peft4j.model.Adapter;
import org.peft4j.model.Sampling;
import org.peft4j.runtime.AdamWSettings;
import org.peft4j.runtime.Optimizer;
import org.peft4j.runtime.OptimizerFactory;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;
import org.peft4j.runtime.RuntimeModule;
import org.peft4j.runtime.Schedule;
import org.peft4j.runtime.ScheduleFactory;
import org.peft4j.runtime.SgdSettings;
import org.peft4j.runtime.StepReport;
import org.peft4j.runtime.Training;
import org.peft4j.runtime.TrainingListener;
import org.peft4j.runtime.TrainingResult;
import org.peft4j.runtime.TrainingSettings;

/** An application that brings its own optimizer, schedule, data source and listener. */
class ApplicationTests {
    @TempDir
    static Path temporary;

    private static Workshop workshop;

    @BeforeAll
    static void start() {
        workshop = new Workshop(temporary);
    }

    /**
     * Settings of the application's optimizer.
     *
     * @param learningRate length of a step in each direction
     */
    public record SignSettings(
            @Setting(help = "Length of a step.", value = "1e-3")
            double learningRate) {}

    /** Goes a fixed length against the sign of each gradient. */
    static final class SignDescent implements OptimizerFactory<SignSettings> {
        @Override
        public String name() {
            return "sign";
        }

        @Override
        public Class<SignSettings> configType() {
            return SignSettings.class;
        }

        @Override
        public double learningRate(SignSettings config) {
            return config.learningRate();
        }

        @Override
        public Optimizer create(SignSettings config, ParameterSet parameters) {
            return new Optimizer() {
                @Override
                public void step(double learningRate) {
                    float[] gradients = parameters.gradients().toFloatVector();
                    for (int i = 0; i < gradients.length; i++) {
                        parameters
                                .values()
                                .putScalar(
                                        i,
                                        parameters.values().getFloat(i)
                                                - (float) learningRate * Math.signum(gradients[i]));
                    }
                }

                @Override
                public Map<String, INDArray> state() {
                    return Map.of();
                }
            };
        }
    }

    /**
     * Settings of the application's schedule.
     *
     * @param every steps after which the rate is halved
     */
    public record HalvingSettings(
            @Setting(help = "Steps between halvings.", value = "2")
            int every) {}

    /** Halves the rate now and then. */
    static final class Halving implements ScheduleFactory<HalvingSettings> {
        @Override
        public String name() {
            return "halving";
        }

        @Override
        public Class<HalvingSettings> configType() {
            return HalvingSettings.class;
        }

        @Override
        public Schedule create(HalvingSettings config, long totalSteps) {
            return step -> Math.pow(0.5, Math.floorDiv(step, config.every()));
        }
    }

    /** Rows that are in no file. */
    static final class Counting implements DataSource {
        @Override
        public String name() {
            return "counting";
        }

        @Override
        public Stream<DataRow> rows() {
            return IntStream.range(0, 20)
                    .mapToObj(i -> new DataRow(
                            new RowText.Completion("after " + i + " comes", " " + (i + 1)),
                            Origin.line("counting", i + 1),
                            Map.of()));
        }
    }

    /** Writes the rates down. */
    static final class Rates implements TrainingListener {
        final List<Double> seen = new ArrayList<>();

        @Override
        public void stepped(StepReport report) {
            seen.add(report.learningRate());
        }
    }

    private static AbstractModule bindings(Rates rates) {
        return new AbstractModule() {
            @Override
            protected void configure() {
                Multibinder.newSetBinder(binder(), RuntimeModule.OPTIMIZERS)
                        .addBinding()
                        .toInstance(new SignDescent());
                Multibinder.newSetBinder(binder(), RuntimeModule.SCHEDULES)
                        .addBinding()
                        .toInstance(new Halving());
                Multibinder.newSetBinder(binder(), DataSource.class)
                        .addBinding()
                        .toInstance(new Counting());
                Multibinder.newSetBinder(binder(), TrainingListener.class)
                        .addBinding()
                        .toInstance(rates);
            }
        };
    }

    @Test
    void whatItBindsIsChosenByNameLikeWhatComesWithTheProgram() {
        Rates rates = new Rates();
        try (Peft peft = Peft.create(2, bindings(rates))) {
            TrainingResult result = peft.trainer(
                            workshop.run(
                                    "own",
                                    "optimizer={name: sign, learning-rate: 4e-3}",
                                    "schedule=halving",
                                    "data.train=counting",
                                    "data.eval=counting",
                                    "training.steps=6"),
                            new TrainingListener() {})
                    .run();

            assertThat(rates.seen).containsExactly(4e-3, 4e-3, 2e-3, 2e-3, 1e-3, 1e-3);
            assertThat(result.after().orElseThrow().loss())
                    .isLessThan(result.before().orElseThrow().loss());
            assertThat(result.after().orElseThrow().sequences()).isEqualTo(20);
        }
    }

    @Test
    void withoutItsModuleTheNameIsUnknownAndTheKnownOnesAreListed() {
        try (Peft peft = Peft.create(1)) {
            assertThatThrownBy(() -> peft.trainer(workshop.run("other", "optimizer=sign"), new TrainingListener() {}))
                    .isInstanceOf(PeftException.class)
                    .hasMessageContaining("'sign'")
                    .hasMessageContaining("adamw, sgd");
        }
    }

    @Test
    void aNameThatIsTakenIsSaidInPlainWords() {
        AbstractModule twice = new AbstractModule() {
            @Override
            protected void configure() {
                Multibinder.newSetBinder(binder(), DataSource.class)
                        .addBinding()
                        .toInstance(new Counting());
                Multibinder.newSetBinder(binder(), DataSource.class)
                        .addBinding()
                        .toInstance(new Counting());
            }
        };

        assertThatThrownBy(() -> Peft.create(1, twice).close())
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("'counting'");
    }

    @Test
    void settingsOfAnotherOptimizerAndATakenOutputAreRefused() {
        try (Peft peft = Peft.create(1)) {
            PeftModel model = peft.load(workshop.base());
            Training training = peft.training(model, model.installYaml("{name: lora}", 1))
                    .data(new Counting())
                    .settings(TrainingSettings.defaults().withSteps(1))
                    .output(workshop.file("api"));
            training.run(new TrainingListener() {});

            assertThatThrownBy(training::plan).hasMessageContaining("earlier run");
            assertThat(training.overwrite(true).plan().totalSteps()).isEqualTo(1);
            training.optimizer("sgd", AdamWSettings.of(1e-3));
            assertThatThrownBy(training::plan)
                    .isInstanceOf(PeftException.class)
                    .hasMessageContaining("optimizer sgd takes settings of type");
        }
    }

    @Test
    void whatIsGeneratedFollowsThePromptWithItsBlank() {
        try (Peft peft = Peft.create(1)) {
            PeftModel model = peft.load(
                    EmbeddedDefault.unpack(temporary.resolve("embedded")).model());
            int[] ids = model.promptIds("The cat and the dog went");

            String made = model.generate("The cat and the dog went", Sampling.greedy(5));

            assertThat(made).startsWith(" ");
            assertThat(model.promptIds("The cat and the dog went" + made)).startsWith(ids);
        }
    }

    @Test
    void weightDecayGoesByEachParametersOwnRate() {
        try (Peft peft = Peft.create(1)) {
            PeftModel model = peft.load(workshop.base());
            Adapter adapter = model.installYaml("{name: lora, rank: 1, learning-rate-ratio: 3}", 1);
            adapter.parameters().values().assign(1);
            adapter.parameters().zeroGradients();
            decay(peft.optimizer("sgd"), new SgdSettings(1, 0, 0.5), adapter);

            adapter.parameters()
                    .all()
                    .forEach(p -> assertThat(p.toArray()[0])
                            .as(p.key())
                            .isCloseTo(p.key().contains("lora_B") ? 0.85f : 0.95f, within(1e-6f)));
        }
    }

    private static <C extends Record> void decay(OptimizerFactory<C> factory, Record settings, Adapter adapter) {
        factory.create(factory.configType().cast(settings), adapter.parameters())
                .step(0.1);
    }

    @Test
    void aMethodCanBeChosenByYaml() {
        try (Peft peft = Peft.create(1)) {
            PeftModel model = peft.load(workshop.base());

            Adapter adapter = model.installYaml("{name: lora, rank: 3, target-modules: [o_proj]}", 1);

            assertThat(adapter.parameters().trainableCount()).isEqualTo(2L * 2 * 3 * 32);
            assertThatThrownBy(() -> model.installYaml("{name: lora, rnk: 3}", 1))
                    .isInstanceOf(PeftException.class)
                    .hasMessageContaining("did you mean 'rank'");
        }
    }
}
