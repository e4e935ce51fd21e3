package org.peft4j.lora;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.peft4j.api.AdapterFormat;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.BaseParam;
import org.peft4j.api.Init;
import org.peft4j.api.Installer;
import org.peft4j.api.LinearHook;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Param;
import org.peft4j.api.ParamScope;
import org.peft4j.api.ParamSpec;
import org.peft4j.api.Site;
import org.peft4j.api.Trait;

/**
 * Low-rank adaptation of linear layers (LoRA, Hu et al. 2021): {@code y = base(x) + s B A x}. With {@link LoraConfig#dora} the
 * magnitude of each row is trained by itself (DoRA, Liu et al. 2024).
 */
public final class LoraMethod implements AdapterMethod<LoraConfig> {
    /** For {@link java.util.ServiceLoader}. */
    public LoraMethod() {}

    @Override
    public String name() {
        return "lora";
    }

    @Override
    public String description() {
        return "Adds a trained low-rank matrix product to linear layers (LoRA, Hu et al. 2021); rsLoRA, LoRA+ and DoRA as options.";
    }

    @Override
    public Class<LoraConfig> configType() {
        return LoraConfig.class;
    }

    @Override
    public List<String> problems(LoraConfig config, ModelShape model) {
        return new LoraProblems(config, model).list();
    }

    @Override
    public void install(LoraConfig config, Installer installer) {
        install(config, installer, (site, rank, scale) -> Optional.empty());
    }

    /**
     * As {@link #install(LoraConfig, Installer)}, for methods that build on this one.
     *
     * @param start is asked for each layer's first values before anything else of the layer is
     */
    public void install(LoraConfig config, Installer installer, LoraStart start) {
        LoraSelection selection = new LoraSelection(config);
        boolean tied = selection.tied(installer.model());
        for (BaseParam base : selection.saved(installer.model())) {
            Param param = installer.unfreeze(base);
            if (tied && base.kind() == BaseParam.Kind.EMBEDDING) {
                // peft ties the two again, but wants to find both.
                installer.derived("base_model.model.lm_head.weight", ops -> param);
            }
        }
        installer.linear(selection, (site, params) -> hook(config, selection, site, params, installer, start));
    }

    @Override
    public Set<Trait> traits(LoraConfig config) {
        return config.dora()
                ? Set.of(Trait.IDENTITY_AT_INIT, Trait.MERGEABLE, Trait.APPROXIMATE_GRADIENT)
                : Set.of(Trait.IDENTITY_AT_INIT, Trait.MERGEABLE);
    }

    @Override
    public AdapterFormat<LoraConfig> format() {
        return new LoraFormat();
    }

    private static LinearHook hook(
            LoraConfig config,
            LoraSelection selection,
            Site site,
            ParamScope params,
            Installer installer,
            LoraStart start) {
        int rank = selection.rank(site);
        double scale = selection.scale(site);
        double p = config.dropout();
        Optional<LoraStart.Factors> given = start.of(site, rank, scale);
        Init usual = config.init() == LoraInit.GAUSSIAN
                ? new Init.Normal(0, 1.0 / rank)
                : new Init.KaimingUniform(Math.sqrt(5));
        Init first = given.<Init>map(g -> new Init.Values(g.a())).orElse(usual);
        Init second = given.<Init>map(g -> new Init.Values(g.b())).orElse(new Init.Zeros());
        Param a = params.param("lora_A.weight", first, rank, site.in());
        Param b = params.param(ParamSpec.of("lora_B.weight", second, site.out(), rank)
                .withLearningRateScale(config.learningRateRatio()));
        if (config.dora()) {
            return Dora.hook(params, installer.weight(site), a, b, scale, p);
        }
        return (x, base, ops) -> ops.addLowRank(base.apply(x), p > 0 ? ops.dropout(x, p) : x, a, b, scale);
    }
}
