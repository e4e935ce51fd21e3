package org.peft4j.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.AttentionHook;
import org.peft4j.api.BaseParam;
import org.peft4j.api.Init;
import org.peft4j.api.Installer;
import org.peft4j.api.LinearHook;
import org.peft4j.api.MatrixSource;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Param;
import org.peft4j.api.ParamScope;
import org.peft4j.api.ParamSpec;
import org.peft4j.api.PeftException;
import org.peft4j.api.Role;
import org.peft4j.api.Site;
import org.peft4j.api.StreamHook;
import org.peft4j.api.TextActivations;
import org.peft4j.api.WeightCodec;
import org.peft4j.engine.FrozenMatrix;
import org.peft4j.engine.ParameterSet;

/** Collects what a method creates. */
final class AdapterInstaller implements Installer {
    /** How every key of a module's parameter starts in an adapter file. */
    static final String KEY_PREFIX = "base_model.model.";

    private final BaseModel base;
    private final Adapter adapter;

    private AdapterInstaller(BaseModel base, Adapter adapter) {
        this.base = base;
        this.adapter = adapter;
    }

    static <C extends Record> Adapter install(
            BaseModel base, String name, AdapterMethod<C> method, C config, long seed) {
        List<String> problems = method.problems(config, base.shape());
        if (!problems.isEmpty()) {
            throw PeftException.of(
                    "method-does-not-fit",
                    "method " + method.name() + " cannot work on "
                            + base.checkpoint().directory() + ":\n- " + String.join("\n- ", problems),
                    "Change the method's settings.");
        }
        Adapter adapter = new Adapter(name, method, config, new ParameterSet(base.engine(), seed));
        method.install(config, new AdapterInstaller(base, adapter));
        adapter.parameters().allocate();
        return adapter;
    }

    @Override
    public ModelShape model() {
        return base.shape();
    }

    @Override
    public Param param(ParamSpec spec) {
        return adapter.parameters().add(spec.name(), spec);
    }

    @Override
    public Param unfreeze(BaseParam which) {
        if (adapter.unfrozen.containsKey(which.path())) {
            return adapter.unfrozen.get(which.path());
        }
        ParamSpec spec = new ParamSpec(which.path(), new Init.Zeros(), which.shape(), 1.0, decays(which), true, true);
        var param = adapter.parameters().add(KEY_PREFIX + which.path(), spec, base.source(which.path()));
        adapter.unfrozen.put(which.path(), param);
        return param;
    }

    /** Weight decay pulls on matrices; norms and biases are left alone, as is usual. */
    private static boolean decays(BaseParam which) {
        return which.kind() == BaseParam.Kind.WEIGHT || which.kind() == BaseParam.Kind.EMBEDDING;
    }

    @Override
    public MatrixSource weight(Site linear) {
        requireKind(linear, Role.Kind.LINEAR);
        FrozenMatrix stored = adapter.storage.get(linear);
        return stored == null ? base.source(base.weightKey(linear)) : new DecodedMatrix(stored);
    }

    @Override
    public void storage(Predicate<? super Site> where, WeightCodec codec) {
        Map<String, FrozenMatrix> encoded = new HashMap<>();
        for (Site site : matching(where, Role.Kind.LINEAR)) {
            String key = base.weightKey(site);
            if (base.isEncoded(key)) {
                continue; // rounding what is rounded already would only add errors
            }
            adapter.storage.put(
                    site,
                    encoded.computeIfAbsent(
                            key,
                            k -> FrozenMatrix.encoded(
                                    codec.encode(base.source(k)), base.storage().precision())));
        }
    }

    @Override
    public void linear(Predicate<? super Site> where, SiteFactory<LinearHook> factory) {
        hook(where, Role.Kind.LINEAR, factory, adapter.linear);
    }

    @Override
    public void attention(Predicate<? super Site> where, SiteFactory<AttentionHook> factory) {
        hook(where, Role.Kind.ATTENTION, factory, adapter.attention);
    }

    @Override
    public void stream(Predicate<? super Site> where, SiteFactory<StreamHook> factory) {
        hook(where, Role.Kind.STREAM, factory, adapter.stream);
    }

    private <H> void hook(
            Predicate<? super Site> where, Role.Kind kind, SiteFactory<H> factory, Map<Site, List<H>> into) {
        for (Site site : matching(where, kind)) {
            ParamScope scope = spec -> adapter.parameters().add(KEY_PREFIX + site.path() + "." + spec.name(), spec);
            into.computeIfAbsent(site, s -> new ArrayList<>()).add(factory.at(site, scope));
        }
    }

    private List<Site> matching(Predicate<? super Site> where, Role.Kind kind) {
        List<Site> candidates = base.shape().sites(kind);
        List<Site> found = candidates.stream().filter(where).toList();
        if (found.isEmpty()) {
            String names = candidates.stream()
                    .map(s -> s.path().replaceFirst("\\.\\d+\\.", ".N."))
                    .distinct()
                    .collect(Collectors.joining(", "));
            throw PeftException.of(
                    "no-target",
                    "nothing in the model matches " + where + " of method "
                            + adapter.method().name(),
                    "Candidates are: " + names + " (N from 0 to "
                            + (base.shape().layers() - 1) + ").");
        }
        return found;
    }

    private static void requireKind(Site site, Role.Kind kind) {
        if (site.role().kind() != kind) {
            throw new IllegalArgumentException(site + " is not a site of kind " + kind);
        }
    }

    @Override
    public void virtualTokens(int count, VirtualTokens tokens) {
        if (count < 1 || adapter.virtualTokenCount > 0) {
            throw new IllegalArgumentException("an adapter has one run of at least one virtual token");
        }
        adapter.virtualTokenCount = count;
        adapter.virtualTokens = tokens;
    }

    @Override
    public void positionOffset(int offset) {
        adapter.positionOffset += offset;
    }

    @Override
    public void penalty(Computed penalty) {
        adapter.penalties.add(penalty);
    }

    @Override
    public void afterStep(StepHook hook) {
        adapter.steps.add(hook);
    }

    @Override
    public void derived(String key, Computed tensor) {
        adapter.derived.put(key, tensor);
    }

    @Override
    public TextActivations activations(String text) {
        return Activations.of(base, text);
    }
}
