package org.peft4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.Init;
import org.peft4j.api.Installer;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Param;
import org.peft4j.api.PeftException;
import org.peft4j.api.Role;
import org.peft4j.api.Setting;
import org.peft4j.api.Site;
import org.peft4j.api.Targets;
import org.peft4j.checkpoint.DType;
import org.peft4j.testkit.Planted.Config;
import org.peft4j.testkit.Planted.Fault;

/** Methods with one fault each: the contract finds it, by the right check and in words that help. */
class PlantedFaultTests {
    @TempDir
    private Path directory;

    /** The checks that fail, with what they say. */
    private Map<String, String> faults(Fault fault) {
        AdapterMethod<Config> method = new Planted(TinyModel.checkpoint(directory, DType.F32));
        Map<String, String> failed = new LinkedHashMap<>();
        for (Check<Config> check : Contract.<Config>checks()) {
            try (Trial<Config> trial = new Trial<>(method, new Config(fault), directory)) {
                check.body().run(trial);
            } catch (AssertionError | PeftException e) {
                failed.put(check.name(), e.getMessage());
            } catch (Exception e) {
                throw new IllegalStateException(check.name(), e);
            }
        }
        return failed;
    }

    @Test
    void aMethodWithoutAFaultPasses() {
        assertThat(faults(Fault.NONE)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UNUSED_PARAMETER | sends a gradient to each parameter, and each moves | v_proj.shift never gets a gradient",
                "CHANGES_THE_BASE | leaves the base as it is | base",
                "WRONG_GRADIENT | has the gradients that finite differences give | v_proj.scale is wrong",
                "NOT_THE_IDENTITY | is the base at first, if it says so | IDENTITY_AT_INIT",
                "FORGETS_TO_SAVE | can be saved and loaded without losing a bit | not saved: [base_model.model.model.layers.0",
                "NOT_AFFINE | can be merged, or says why not | merging is refused",
                "RANDOM_START | starts from the same bits with the same seed | v_proj.scale starts from different values",
                "NOT_FINITE | has one parameter at least, all finite | v_proj.scale are not all finite",
                "WRONG_SIGN | learns | don't lower its loss",
                "NOT_ONLY_TOP_LAYERS | leaves layers below the lowest adapted one alone, if it says so | TOP_LAYERS_ONLY",
                "LOSES_A_SETTING | writes settings that read back as they were | settings differ",
                "MIXES_SEQUENCES | treats each sequence of a batch as if it were alone | its sequences' alone add up to",
                "COUNTS_TOKENS | continues a request among others' as it does alone | Beside requests with other",
                "COUNTS_TOKENS | generates with the cache what it generates without | With the cache",
                "COUNTS_TARGETS | has the loss that its logits have, whichever tokens are predicted | by the logits of the whole",
                "COUNTS_CALLS | trains the same with gradient checkpointing | run a second time in the backward pass",
                "REMEMBERS | does not depend on the adapter's name | another name",
            })
    void aFaultIsFoundAndExplained(Fault fault, String check, String said) {
        Map<String, String> found = faults(fault);
        assertThat(found).containsKey(check);
        assertThat(found.get(check)).contains(said);
    }

    /** Works on nothing where its targets are wrong, and says nothing. */
    public static final class Careless implements AdapterMethod<Careless.Settings> {
        /** Its targets, and a default that no number is. */
        public record Settings(
                @Setting(help = "Which layers.", value = "all-linear")
                Targets targetModules,

                @Setting(help = "How many.", value = "many") int count) {}

        @Override
        public String name() {
            return "careless";
        }

        @Override
        public String description() {
            return "Scales linear layers.";
        }

        @Override
        public Class<Settings> configType() {
            return Settings.class;
        }

        @Override
        public List<String> problems(Settings config, ModelShape model) {
            return config.count() < 0 ? List.of("count") : List.of();
        }

        @Override
        public void install(Settings config, Installer installer) {
            for (Site site : installer.model().sites(Role.Kind.LINEAR)) {
                if (config.targetModules().test(site)) {
                    installer.linear(site::equals, (at, params) -> {
                        Param scale = params.param("scale", new Init.Ones(), at.out());
                        return (x, base, ops) -> ops.mul(base.apply(x), scale);
                    });
                }
            }
        }
    }

    private void tryCareless(Check.Body<Careless.Settings> check) throws Exception {
        Careless.Settings settings = new Careless.Settings(Targets.allLinear(), 1);
        try (Trial<Careless.Settings> trial = new Trial<>(new Careless(), settings, directory)) {
            check.run(trial);
        }
    }

    @Test
    void targetsThatMatchNothingHaveToBeRefused() {
        assertThatThrownBy(() -> tryCareless(SettingsChecks::targets))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("[no_such_module] match nothing, and nobody says so");
    }

    @Test
    void aDefaultThatCannotBeReadIsShown() {
        assertThatThrownBy(() -> tryCareless(SettingsChecks::binding))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("many")
                .hasMessageContaining("@Setting's value is what a user would write");
    }

    @Test
    void problemsThatNobodyTriesAreShown() {
        assertThatThrownBy(() -> SettingsChecks.problemsAreTried(new Careless(), Map.of()))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("nothing tries it");
        assertThatCode(() -> SettingsChecks.problemsAreTried(
                        new Careless(), Map.of(new Careless.Settings(Targets.none(), -1), "count")))
                .doesNotThrowAnyException();
        assertThatCode(() -> SettingsChecks.problemsAreTried(new Planted(), Map.of()))
                .doesNotThrowAnyException();
    }

    @Test
    void aFaultIsNotReportedByChecksThatAreNotAboutIt() {
        assertThat(faults(Fault.NOT_THE_IDENTITY).keySet())
                .isEqualTo(java.util.Set.of("is the base at first, if it says so"));
        assertThat(faults(Fault.UNUSED_PARAMETER).keySet())
                .isEqualTo(java.util.Set.copyOf(List.of("sends a gradient to each parameter, and each moves")));
    }
}
