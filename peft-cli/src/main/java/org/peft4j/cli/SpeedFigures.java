package org.peft4j.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.peft4j.engine.ProductPeak;

/** What timed steps come to. The first of them, which still compile and touch memory for the first time, don't count. */
final class SpeedFigures {
    private static final int LAST = 10;

    private final SpeedRun.Step[] all;
    private final SpeedRun.Step[] timed;

    SpeedFigures(SpeedRun.Step[] all, int warmup) {
        this.all = all.clone();
        this.timed = Arrays.copyOfRange(all, Math.min(warmup, all.length - 1), all.length);
    }

    double tokensPerSecond() {
        return sum(SpeedRun.Step::tokens) / sum(SpeedRun.Step::seconds);
    }

    /** The mean step. */
    double seconds() {
        return mean(SpeedRun.Step::seconds);
    }

    double tokens() {
        return mean(SpeedRun.Step::tokens);
    }

    /** The part of the time that the products would take at the machine's best rate. */
    double share(ProductPeak peak) {
        return sum(s -> s.products().secondsAt(peak.single(), peak.half())) / sum(SpeedRun.Step::seconds);
    }

    private double sum(ToDoubleFunction<SpeedRun.Step> value) {
        return Arrays.stream(timed).mapToDouble(value).sum();
    }

    private double mean(ToDoubleFunction<SpeedRun.Step> value) {
        return sum(value) / timed.length;
    }

    private double median() {
        double[] sorted = Arrays.stream(timed)
                .mapToDouble(SpeedRun.Step::seconds)
                .sorted()
                .toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** For programs. */
    Map<String, Object> describe(ProductPeak peak) {
        Map<String, Object> facts = new LinkedHashMap<>();
        SpeedRun.Step[] last = Arrays.copyOfRange(all, Math.max(0, all.length - LAST), all.length);
        facts.put("timed_steps", timed.length);
        facts.put("tokens_per_step", rounded(tokens(), 10));
        facts.put("first_loss", rounded(all[0].loss(), 1e4));
        facts.put(
                "last_loss",
                rounded(
                        Arrays.stream(last)
                                .mapToDouble(SpeedRun.Step::loss)
                                .average()
                                .orElse(Double.NaN),
                        1e4));
        facts.put("tokens_per_s", rounded(tokensPerSecond(), 10));
        facts.put("median_step_s", rounded(median(), 1e4));
        facts.put("step_s", split());
        facts.put("product_gflop", products());
        facts.put("product_gflops", rounded(sum(s -> s.products().total()) / sum(SpeedRun.Step::seconds) / 1e9, 10));
        facts.put("peak_fp32_gflops", rounded(peak.single() / 1e9, 10));
        facts.put("peak_bf16_gflops", rounded(peak.half() / 1e9, 10));
        facts.put("share_of_peak", rounded(share(peak), 1e3));
        return facts;
    }

    private Map<String, Object> split() {
        Map<String, Object> split = new LinkedHashMap<>();
        split.put("forward_and_loss", rounded(mean(SpeedRun.Step::forward), 1e5));
        split.put("backward", rounded(mean(SpeedRun.Step::backward), 1e5));
        split.put("clip_and_update", rounded(mean(SpeedRun.Step::update), 1e5));
        return split;
    }

    /** Of a step on average. */
    private Map<String, Object> products() {
        Map<String, Object> kinds = new LinkedHashMap<>();
        kinds.put("base_forward", giga(s -> s.products().forward()));
        kinds.put("base_input_gradients", giga(s -> s.products().inputGradients()));
        kinds.put("base_weight_gradients", giga(s -> s.products().weightGradients()));
        kinds.put("adapters", giga(s -> s.products().adapters()));
        kinds.put("attention", giga(s -> s.products().attention()));
        kinds.put("head", giga(s -> s.products().head()));
        kinds.put("in_bf16", giga(s -> s.products().half()));
        return kinds;
    }

    private Object giga(ToDoubleFunction<SpeedRun.Step> value) {
        return rounded(mean(value) / 1e9, 1e3);
    }

    /** As JSON has it: no number where it isn't finite. */
    static Object rounded(double value, double scale) {
        return Double.isFinite(value) ? Math.round(value * scale) / scale : null;
    }
}
