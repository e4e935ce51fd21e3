package org.peft4j.model;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.peft4j.api.PeftException;
import org.peft4j.api.Role;
import org.peft4j.api.Site;
import org.peft4j.checkpoint.Checkpoint;
import org.peft4j.checkpoint.DType;
import org.peft4j.checkpoint.TensorEntry;
import org.peft4j.checkpoint.TensorSource;
import org.peft4j.engine.EngineParam;
import org.peft4j.engine.FrozenMatrix;
import org.peft4j.engine.Tape;
import org.peft4j.engine.Tensor;

/**
 * The base's weights with the adapters folded in. A linear layer's hooks are asked what they make of the identity matrix: that is
 * the merged weight, whatever the method, as long as the hooks are affine; a probe with random input tells if they aren't.
 */
public final class MergedWeights {
    private static final int PROBE_ROWS = 4;
    private static final int IDENTITY_ROWS = 512;

    private final AdaptedModel model;

    /**
     * Prepares merging.
     *
     * @throws PeftException if an adapter does something that a weight cannot express
     */
    public MergedWeights(AdaptedModel model) {
        this.model = model;
        for (Adapter a : model.adapters()) {
            refuse(a, !a.attention.isEmpty(), "it changes attention itself");
            refuse(a, !a.stream.isEmpty(), "it changes the residual stream between layers");
            refuse(a, a.virtualTokenCount > 0, "it puts virtual tokens before the text");
            refuse(a, a.positionOffset != 0, "it shifts positions");
            boolean head = a.linear.keySet().stream().anyMatch(s -> s.is(Role.LM_HEAD));
            refuse(
                    a,
                    head && model.base().config().tiedEmbeddings(),
                    "it changes lm_head, which shares its weight with the embedding");
        }
    }

    private static void refuse(Adapter adapter, boolean reason, String why) {
        if (reason) {
            throw PeftException.of(
                    "not-mergeable",
                    "an adapter of method " + adapter.method().name() + " cannot be folded into the base's weights: "
                            + why,
                    "Use the adapter as it is beside the base.");
        }
    }

    /** All tensors of the merged checkpoint, in the base's element types; each is computed when it is written. */
    public List<TensorSource> tensors() {
        List<TensorSource> list = new ArrayList<>();
        Checkpoint checkpoint = model.base().checkpoint();
        for (String key : checkpoint.names()) {
            if (!ofEncodedLayer(checkpoint, key)) {
                list.add(tensor(checkpoint, key));
            }
        }
        return list;
    }

    /** Whether this is what a codec keeps beside an encoded weight, or the weight in parts: the weight itself is written. */
    private boolean ofEncodedLayer(Checkpoint checkpoint, String key) {
        for (int dot = key.lastIndexOf('.'); dot > 0; dot = key.lastIndexOf('.', dot - 1)) {
            String weight = key.substring(0, dot) + ".weight";
            if (!key.equals(weight) && model.base().isEncoded(weight)) {
                return checkpoint.contains(weight)
                        && !checkpoint.entry(weight).dtype().isFloat()
                        && !key.endsWith(".bias");
            }
        }
        return false;
    }

    private TensorSource tensor(Checkpoint checkpoint, String key) {
        TensorEntry entry = checkpoint.entry(key);
        Site site = changedSite(key);
        EngineParam own = model.unfrozen(key);
        if (site == null && own == null) {
            return model.base().isEncoded(key) ? decoded(key) : TensorSource.copyOf(checkpoint, key, key);
        }
        boolean stored = !entry.dtype().isFloat();
        DType dtype = stored ? DType.F32 : entry.dtype();
        float[][] merged = new float[1][];
        long[] shape = stored ? shape(key) : entry.shape();
        return TensorSource.of(key, dtype, shape, (first, into, offset, count) -> {
            if (site == null) {
                own.read(Math.toIntExact(first), into, offset, count);
                return;
            }
            if (first == 0) {
                merged[0] = merge(site);
            }
            System.arraycopy(merged[0], Math.toIntExact(first), into, offset, count);
            if (first + count == merged[0].length) {
                merged[0] = null;
            }
        });
    }

    private long[] shape(String key) {
        FrozenMatrix matrix = model.base().matrix(key);
        return new long[] {matrix.rows(), matrix.cols()};
    }

    /** An encoded weight as it really is, in fp32. */
    private TensorSource decoded(String key) {
        FrozenMatrix matrix = model.base().matrix(key);
        int cols = matrix.cols();
        float[] row = new float[cols];
        return TensorSource.of(key, DType.F32, shape(key), (first, into, offset, count) -> {
            for (int done = 0; done < count; ) {
                int column = (int) ((first + done) % cols);
                int n = Math.min(cols - column, count - done);
                matrix.read((int) ((first + done) / cols), 1, row, 0);
                System.arraycopy(row, column, into, offset + done, n);
                done += n;
            }
        });
    }

    /** The linear site of this weight if an adapter has a hook there, or keeps the weight in a form of its own; else null. */
    private Site changedSite(String key) {
        for (Site site : model.base().shape().sites(Role.Kind.LINEAR)) {
            boolean changed = !model.linearHooks(site).isEmpty()
                    || model.adapters().stream().anyMatch(a -> a.storage.containsKey(site));
            if (changed && model.base().weightKey(site).equals(key)) {
                return site;
            }
        }
        return null;
    }

    /** The merged weight [out, in]. */
    private float[] merge(Site site) {
        int in = Math.toIntExact(site.in());
        int out = Math.toIntExact(site.out());
        float[] bias = bias(site);
        float[] weight = new float[Math.multiplyExact(in, out)];
        for (int from = 0; from < in; from += IDENTITY_ROWS) {
            int n = Math.min(IDENTITY_ROWS, in - from);
            float[] identity = new float[n * in];
            for (int i = 0; i < n; i++) {
                identity[i * in + from + i] = 1f;
            }
            float[] y = run(site, identity, n);
            for (int i = 0; i < n; i++) {
                for (int o = 0; o < out; o++) {
                    weight[o * in + from + i] = y[i * out + o] - bias[o];
                }
            }
        }
        check(site, weight, bias);
        return weight;
    }

    private float[] bias(Site site) {
        int out = Math.toIntExact(site.out());
        float[] now = run(site, new float[Math.toIntExact(site.in())], 1);
        String key = model.base().biasKey(site);
        float[] was = key.isEmpty() ? new float[out] : model.vector(key).toArray();
        for (int o = 0; o < out; o++) {
            if (Math.abs(now[o] - was[o]) > 1e-6f * (1 + Math.abs(was[o]))) {
                throw notMergeable(site, "they change the layer's bias");
            }
        }
        return was;
    }

    private void check(Site site, float[] weight, float[] bias) {
        int in = Math.toIntExact(site.in());
        int out = bias.length;
        SplittableRandom random = new SplittableRandom(1);
        float[] x = new float[PROBE_ROWS * in];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        float[] y = run(site, x, PROBE_ROWS);
        for (int r = 0; r < PROBE_ROWS; r++) {
            for (int o = 0; o < out; o++) {
                double expected = bias[o];
                double size = Math.abs(bias[o]);
                for (int i = 0; i < in; i++) {
                    double term = (double) x[r * in + i] * weight[o * in + i];
                    expected += term;
                    size += Math.abs(term);
                }
                if (!Double.isFinite(expected)) {
                    throw notMergeable(site, "the result would hold values that are not finite numbers");
                }
                if (Math.abs(expected - y[r * out + o]) > 1e-4 * (size + 1e-6)) {
                    throw notMergeable(site, "they are not affine in the layer's input");
                }
            }
        }
    }

    private static PeftException notMergeable(Site site, String why) {
        return PeftException.of(
                "not-mergeable",
                "the adapter's hooks on " + site.path() + " cannot be folded into its weight: " + why,
                "Use the adapter as it is beside the base.");
    }

    private float[] run(Site site, float[] x, int rows) {
        try (Tape tape = model.base().engine().tape(false, false, 0)) {
            Tensor input = tape.leaf(x, false, rows, site.in());
            return SiteLinear.outermost(model, tape, site).apply(input).toArray();
        }
    }
}
