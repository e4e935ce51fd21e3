package org.peft4j.testkit;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.peft4j.api.AdapterMethod;

/**
 * What every method must keep, as a JUnit test. A method's test extends this class with two methods:
 *
 * <pre>
 * class MyMethodContractTests extends AdapterMethodContract&lt;MyConfig&gt; {
 *     protected AdapterMethod&lt;MyConfig&gt; method() { return new MyMethod(); }
 *     protected List&lt;MyConfig&gt; settings() { return List.of(new MyConfig(4), new MyConfig(1)); }
 * }
 * </pre>
 *
 * <p>Each of the settings is tried on a tiny model with random weights: architecture {@code llama}, hidden size 32, 2 layers,
 * 4 heads of 8, 2 for keys and values, feed-forward size 48, vocabulary 64, context 64, an output head of its own, no tokenizer.
 * The checks follow what the test suites of existing adapter libraries look for, and verify what the method says of itself
 * ({@link AdapterMethod#traits}, {@link AdapterMethod#problems}, {@link AdapterMethod#format}).
 *
 * @param <C> the method's settings
 */
public abstract class AdapterMethodContract<C extends Record> {
    @TempDir
    private Path directory;

    /** For subclasses. */
    protected AdapterMethodContract() {}

    /** The method under test. */
    protected abstract AdapterMethod<C> method();

    /** The settings to try, at least one; they have to fit the tiny model. Small ones keep the test fast. */
    protected abstract List<C> settings();

    /**
     * Settings that cannot work on the tiny model, each with a part of what {@link AdapterMethod#problems} says of them: at least
     * one where the method has an opinion at all, better one for each of its sentences. None by default.
     */
    protected Map<C, String> impossible() {
        return Map.of();
    }

    /** The whole contract for each of the settings. */
    @TestFactory
    @DisplayName("keeps the contract")
    final Stream<DynamicContainer> contract() {
        if (settings().isEmpty()) {
            throw new AssertionError("settings() is empty: give at least one, or nothing is tested");
        }
        return settings().stream()
                .map(config -> DynamicContainer.dynamicContainer(
                        config.toString(),
                        Contract.<C>checks().stream()
                                .map(check -> DynamicTest.dynamicTest(check.name(), () -> run(check, config)))));
    }

    private void run(Check<C> check, C config) throws Exception {
        try (Trial<C> trial = new Trial<>(method(), config, directory)) {
            if (check.waits()) {
                trial.obstacle().ifPresent(Assumptions::abort);
            }
            check.body().run(trial);
        } catch (AssertionError e) {
            throw named(e, check.name() + ", with " + config);
        }
    }

    /** The same failure with its check in the first line, which is all that many reports show. */
    private static AssertionError named(AssertionError failure, String where) {
        String[] lines = String.valueOf(failure.getMessage()).split("\n", 2);
        String rest = lines.length > 1 ? "\n" + lines[1] : "";
        AssertionError named = new AssertionError(lines[0] + " [" + where + "]" + rest, failure.getCause());
        named.setStackTrace(failure.getStackTrace());
        return named;
    }

    /** What the method says of settings that cannot work. */
    @Test
    @DisplayName("says why settings cannot work")
    final void saysWhySettingsCannotWork() throws Exception {
        SettingsChecks.problemsAreTried(method(), impossible());
        for (Map.Entry<C, String> e : impossible().entrySet()) {
            try (Trial<C> trial = new Trial<>(method(), e.getKey(), directory)) {
                SettingsChecks.refused(trial, e.getValue());
            }
        }
    }
}
