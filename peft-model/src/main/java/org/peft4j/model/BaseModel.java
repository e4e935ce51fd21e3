package org.peft4j.model;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.peft4j.api.BaseParam;
import org.peft4j.api.EncodedWeight;
import org.peft4j.api.MatrixSource;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Role;
import org.peft4j.api.Site;
import org.peft4j.api.Targets;
import org.peft4j.checkpoint.Checkpoint;
import org.peft4j.checkpoint.ModelConfig;
import org.peft4j.engine.Engine;
import org.peft4j.engine.FrozenMatrix;
import org.peft4j.engine.OffHeap;
import org.peft4j.engine.Rope;
import org.peft4j.engine.Tensor;

/**
 * A frozen Llama-family model: its weights stay where the checkpoint has them, mapped and in their own element type. Immutable;
 * any number of threads may use it at once.
 */
public final class BaseModel {
    /** The checkpoint key of the token embeddings. */
    static final String EMBEDDING = "model.embed_tokens.weight";

    private final Engine engine;
    private final Checkpoint checkpoint;
    private final Storage storage;
    private final ModelShape shape;
    private final Rope rope;
    private final Map<Place, Site> sites = new HashMap<>();
    /** Those that are not as a plain checkpoint has them. */
    private final Map<String, FrozenMatrix> encoded = new HashMap<>();

    private final Map<String, FrozenMatrix> matrices = new ConcurrentHashMap<>();
    private final Map<String, Tensor> vectors = new ConcurrentHashMap<>();
    private final Map<String, float[]> norms = new ConcurrentHashMap<>();

    private BaseModel(Engine engine, Checkpoint checkpoint, Storage storage) {
        this.storage = storage;
        this.engine = engine;
        this.checkpoint = checkpoint;
        this.shape = ModelSites.shape(checkpoint.config());
        this.rope = RopeFrequencies.rope(checkpoint.config());
        shape.sites().forEach(s -> sites.put(new Place(s.layer(), s.role()), s));
    }

    /** A layer and what stands there. */
    private record Place(int layer, Role role) {}

    /**
     * Loads a model: checks that every tensor is there in its right shape, and maps the weights.
     *
     * @throws org.peft4j.api.PeftException naming the first tensor that is missing or misshapen
     */
    public static BaseModel load(Engine engine, Checkpoint checkpoint) {
        return load(engine, checkpoint, Storage.plain());
    }

    /**
     * Loads a model whose checkpoint may be quantized, or that is to be kept encoded. What is encoded as it is loaded is read tensor
     * by tensor, in pieces.
     *
     * @throws org.peft4j.api.PeftException naming the first tensor that is missing, misshapen or in a form that no codec reads
     */
    public static BaseModel load(Engine engine, Checkpoint checkpoint, Storage storage) {
        BaseModel model = new BaseModel(engine, checkpoint, storage);
        Map<String, EncodedWeight> restored =
                new StoredLayers(checkpoint, storage.installed()).restored(model.shape.sites(Role.Kind.LINEAR));
        restored.forEach((key, weight) -> model.encoded.put(key, FrozenMatrix.encoded(weight, storage.precision())));
        for (BaseParam p : model.shape.parameters()) {
            if (!restored.containsKey(p.path())) {
                checkpoint.requireTensor(p.path(), p.shape().toArray());
            }
        }
        storage.codec()
                .ifPresent(codec -> model.shape.sites(Role.Kind.LINEAR).stream()
                        .filter(Targets.allLinear())
                        .map(model::weightKey)
                        .forEach(key -> model.encoded.computeIfAbsent(
                                key, k -> FrozenMatrix.encoded(codec.encode(model.source(k)), storage.precision()))));
        return model;
    }

    /** The engine it computes on. */
    public Engine engine() {
        return engine;
    }

    /** Where it came from. */
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /** In which form it keeps its weights. */
    public Storage storage() {
        return storage;
    }

    /** What methods may know of it. */
    public ModelShape shape() {
        return shape;
    }

    ModelConfig config() {
        return checkpoint.config();
    }

    Site site(int layer, Role role) {
        return sites.get(new Place(layer, role));
    }

    Rope rope() {
        return rope;
    }

    /** The checkpoint key of a linear site's weight; with tied embeddings the head's is the embedding's. */
    String weightKey(Site site) {
        boolean tied = site.is(Role.LM_HEAD) && config().tiedEmbeddings();
        return tied ? EMBEDDING : site.path() + ".weight";
    }

    /** The checkpoint key of a linear site's bias, or the empty string where it has none. */
    String biasKey(Site site) {
        boolean has = switch (site.role()) {
            case Q, K, V -> config().qkvBias();
            case O -> config().outputBias();
            case GATE, UP, DOWN -> config().mlpBias();
            default -> false;
        };
        return has ? site.path() + ".bias" : "";
    }

    FrozenMatrix matrix(String key) {
        FrozenMatrix found = encoded.get(key);
        return found != null
                ? found
                : matrices.computeIfAbsent(key, k -> CheckpointMatrix.load(checkpoint, k, storage.precision()));
    }

    /** Whether the weight of this key is kept encoded. */
    boolean isEncoded(String key) {
        return encoded.containsKey(key);
    }

    Tensor vector(String key) {
        return vectors.computeIfAbsent(key, k -> {
            float[] values = checkpoint.floats(k);
            return Tensor.constant(OffHeap.of(values), values.length);
        });
    }

    MatrixSource source(String key) {
        FrozenMatrix found = encoded.get(key);
        return found != null ? new DecodedMatrix(found) : new CheckpointMatrix(checkpoint, checkpoint.entry(key));
    }

    /** The length of each row of a frozen matrix. */
    float[] rowNorms(String key, FrozenMatrix matrix) {
        return norms.computeIfAbsent(key, k -> {
            float[] result = new float[matrix.rows()];
            float[] row = new float[matrix.cols()];
            for (int r = 0; r < result.length; r++) {
                matrix.read(r, 1, row, 0);
                double sum = 0;
                for (float v : row) {
                    sum += (double) v * v;
                }
                result[r] = (float) Math.sqrt(sum);
            }
            return result;
        });
    }
}
