package org.peft4j.model;

import java.util.List;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Role;
import org.peft4j.api.Site;
import org.peft4j.engine.EngineParam;

/** Walks through a step as {@link ForwardRun} does and adds up its products. */
final class ProductCounting {
    private static final String EMBEDDING = "model.embed_tokens.weight";

    private final AdaptedModel model;
    private final BaseModel base;
    private final Batch batch;
    /** Rows that pass the part of the model that is being walked through. */
    private long rows;

    private double forward;
    private double inputGradients;
    private double weightGradients;
    private double adapters;
    private double attention;
    private double head;
    private double half;

    ProductCounting(AdaptedModel model, Batch batch) {
        this.model = model;
        this.base = model.base();
        this.batch = batch;
        this.rows = (long) batch.tokens().length + model.virtualTokens();
    }

    ProductCount count() {
        boolean needed = model.virtualTokens() > 0 || model.unfrozen(EMBEDDING) != null;
        for (int i = 0; i < base.shape().layers(); i++) {
            needed = layer(i, needed);
        }
        head(needed);
        return new ProductCount(forward, inputGradients, weightGradients, adapters, attention, head, half);
    }

    /** Returns whether the gradient of the layer's output is asked for. */
    private boolean layer(int i, boolean input) {
        boolean normed = input || trained("model.layers." + i + ".input_layernorm.weight");
        boolean attended = false;
        for (Role role : List.of(Role.Q, Role.K, Role.V)) {
            attended |= linear(base.site(i, role), normed);
        }
        Site site = base.site(i, Role.ATTENTION);
        attended |= hooked(site);
        attention(i, attended);
        if (i == base.shape().layers() - 1) {
            rows = batch.targetCount();
        }
        boolean middle = any(linear(base.site(i, Role.O), attended), stream(base.site(i, Role.ATTENTION_OUT)), input);
        boolean normed2 = middle || trained("model.layers." + i + ".post_attention_layernorm.weight");
        boolean inner = any(linear(base.site(i, Role.GATE), normed2), linear(base.site(i, Role.UP), normed2));
        boolean out = any(linear(base.site(i, Role.DOWN), inner), stream(base.site(i, Role.MLP_OUT)));
        return any(out, stream(base.site(i, Role.LAYER_OUT)), middle);
    }

    /** Whether one is true; all of them are worked out, because they count. */
    private static boolean any(boolean... all) {
        boolean found = false;
        for (boolean one : all) {
            found |= one;
        }
        return found;
    }

    private boolean trained(String key) {
        return model.unfrozen(key) != null;
    }

    /** Returns whether the gradient of the linear layer's output is asked for. */
    private boolean linear(Site site, boolean input) {
        double product = 2.0 * rows * site.in() * site.out();
        forward += product;
        inputGradients += input ? product : 0;
        if (trained(base.weightKey(site))) {
            weightGradients += product;
        } else if (base.storage().precision().halves(site.out(), site.in())) {
            half += input ? 2 * product : product;
        }
        return any(adapters(site, input), trained(base.weightKey(site)), trained(base.biasKey(site)), input);
    }

    private boolean stream(Site site) {
        return any(adapters(site, true), hooked(site));
    }

    private boolean hooked(Site site) {
        return model.adapters().stream()
                .anyMatch(
                        a -> a.linear.containsKey(site) || a.attention.containsKey(site) || a.stream.containsKey(site));
    }

    /** What is trained at a site and is a matrix is multiplied with every row, and twice in the backward pass. */
    private boolean adapters(Site site, boolean input) {
        boolean any = false;
        for (Adapter adapter : model.adapters()) {
            if (!adapter.linear.containsKey(site) && !adapter.stream.containsKey(site)) {
                continue;
            }
            for (EngineParam p : adapter.parameters().trainable()) {
                if (p.key().contains("." + site.path() + ".")) {
                    any = true;
                    long[] shape = p.spec().shape().toArray();
                    boolean first = shape.length == 2 && shape[1] == site.in();
                    double product = shape.length == 2 ? 2.0 * rows * p.size() : 0;
                    adapters += product * (first && !input ? 2 : 3);
                }
            }
        }
        return any;
    }

    private void attention(int layer, boolean backward) {
        ModelShape shape = base.shape();
        int window = base.config().slidingWindow(layer);
        int virtual = model.virtualTokens();
        double pairs = seen(virtual, window);
        for (int s = 0; s < batch.sequences(); s++) {
            int n = batch.starts()[s + 1] - batch.starts()[s];
            pairs += seen((long) n + virtual, window) - seen(virtual, window);
        }
        double products = 4.0 * shape.headDim() * shape.heads() * pairs;
        attention += backward ? 3 * products : products;
    }

    /** How many keys all of n tokens see. */
    private static double seen(long n, int window) {
        long full = window == 0 ? n : Math.min(n, window);
        return full * (full + 1) / 2.0 + (n - full) * (double) full;
    }

    private void head(boolean input) {
        Site site = base.site(-1, Role.LM_HEAD);
        double product = 2.0 * batch.targetCount() * site.in() * site.out();
        head = input ? 2 * product : product;
        if (trained(base.weightKey(site))) {
            head += product;
        } else if (base.storage().precision().halves(site.out(), site.in())) {
            half += input ? 2 * product : product;
        }
    }
}
