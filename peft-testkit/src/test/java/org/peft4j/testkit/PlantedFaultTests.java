package org.peft4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peft4j.api.AdapterMethod;
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
            } catch (AssertionError e) {
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
                "REMEMBERS | does not depend on the adapter's name | another name",
            })
    void aFaultIsFoundAndExplained(Fault fault, String check, String said) {
        Map<String, String> found = faults(fault);
        assertThat(found).containsKey(check);
        assertThat(found.get(check)).contains(said);
    }

    @Test
    void aFaultIsNotReportedByChecksThatAreNotAboutIt() {
        assertThat(faults(Fault.NOT_THE_IDENTITY).keySet())
                .isEqualTo(java.util.Set.of("is the base at first, if it says so"));
        assertThat(faults(Fault.UNUSED_PARAMETER).keySet())
                .isEqualTo(java.util.Set.copyOf(List.of("sends a gradient to each parameter, and each moves")));
    }
}
