package org.peft4j.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.peft4j.data.BatchSampler;

/**
 * Where a run stands, beside its tensors. Dropout and the order of the data follow from the seed, the step and the epoch, and the
 * learning rate from the step: nothing else is random or remembered.
 *
 * @param step steps done
 * @param updates those of them that moved the parameters
 * @param goodSteps the steps whose result the copy of the last good parameters is
 * @param badInARow the last steps whose numbers were bad
 * @param tokens tokens that went through the model
 * @param nanos time of the steps
 * @param recent losses of the last steps
 * @param data the sampler's place
 * @param before the held-out loss before training; empty where nothing is held out
 * @param samples the generations before training; empty where none were asked for
 * @param best the evaluation with the lowest held-out loss; empty where nothing is held out
 * @param bestStep its step
 * @param evaluatedStep the step of the last evaluation
 * @param since evaluations after the best one
 * @param metricsBytes length of the metrics' file
 * @param resumedAt the steps at which the run was gone on with
 */
record RunState(
        long step,
        long updates,
        long goodSteps,
        int badInARow,
        long tokens,
        long nanos,
        List<Double> recent,
        BatchSampler.State data,
        List<Evaluation> before,
        List<Samples> samples,
        List<Evaluation> best,
        long bestStep,
        long evaluatedStep,
        int since,
        long metricsBytes,
        List<Long> resumedAt) {
    private static final ObjectMapper JSON = new ObjectMapper();

    String toJson() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads what {@link #toJson} wrote. */
    static RunState of(String json) throws JsonProcessingException {
        return JSON.readValue(json, RunState.class);
    }
}
