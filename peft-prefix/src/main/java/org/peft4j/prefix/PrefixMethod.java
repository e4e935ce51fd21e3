package org.peft4j.prefix;

import java.util.List;
import org.peft4j.api.AdapterFormat;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.Installer;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Role;

/**
 * Prefix tuning (Li and Liang 2021): keys and values that every token of every layer sees besides its sequence's own. As in
 * HuggingFace peft the keys carry no rotary positions and the sequence's positions start behind the prefix.
 */
public final class PrefixMethod implements AdapterMethod<PrefixConfig> {
    /** For {@link java.util.ServiceLoader}. */
    public PrefixMethod() {}

    @Override
    public String name() {
        return "prefix";
    }

    @Override
    public String description() {
        return "Trains keys and values that stand before every layer's own (prefix tuning, Li and Liang 2021).";
    }

    @Override
    public Class<PrefixConfig> configType() {
        return PrefixConfig.class;
    }

    @Override
    public List<String> problems(PrefixConfig config, ModelShape model) {
        return config.virtualTokens() < model.maxPositions()
                ? List.of()
                : List.of("virtual-tokens: " + config.virtualTokens() + " leave no room for text in this model's "
                        + model.maxPositions() + " positions");
    }

    @Override
    public void install(PrefixConfig config, Installer installer) {
        Prefix prefix = config.projection() ? Prefix.projected(config, installer) : Prefix.direct(config, installer);
        long kv = installer.model().kvWidth();
        installer.positionOffset(config.virtualTokens());
        installer.attention(site -> site.is(Role.ATTENTION), (site, params) -> {
            long start = 2 * kv * site.layer();
            return (call, ops) -> call.withPrefix(
                            prefix.columns(start, start + kv, ops), prefix.columns(start + kv, start + 2 * kv, ops))
                    .attend();
        });
    }

    @Override
    public AdapterFormat<PrefixConfig> format() {
        return new PrefixFormat();
    }
}
