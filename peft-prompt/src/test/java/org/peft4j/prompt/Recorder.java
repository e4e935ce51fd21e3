package org.peft4j.prompt;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.peft4j.api.AttentionHook;
import org.peft4j.api.Init;
import org.peft4j.api.Installer;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Param;
import org.peft4j.api.ParamScope;
import org.peft4j.api.ParamSpec;
import org.peft4j.api.Role;
import org.peft4j.api.Site;
import org.peft4j.api.TextActivations;

/** Notes what a method installs on a Llama of hidden size 64 with 5 layers, 8 heads, 4 KV heads of width 8. */
final class Recorder {
    static final ModelShape MODEL = new ModelShape("llama", 64, 5, 8, 4, 8, 172, 512, 512, sites(), List.of());

    /** A parameter by its key. */
    record Made(String key, ParamSpec spec) implements Param {
        @Override
        public long[] shape() {
            return spec.shape().toArray();
        }
    }

    final Map<String, ParamSpec> params = new LinkedHashMap<>();
    final Map<Integer, AttentionHook> hooks = new LinkedHashMap<>();
    final List<String> calls = new ArrayList<>();
    final Map<String, Installer.Computed> derived = new LinkedHashMap<>();

    Installer installer() {
        return (Installer) Proxy.newProxyInstance(
                Installer.class.getClassLoader(),
                new Class<?>[] {Installer.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "model" -> MODEL;
                    case "param" ->
                        scope("")
                                .param(
                                        args.length == 1
                                                ? (ParamSpec) args[0]
                                                : ParamSpec.of((String) args[0], (Init) args[1], (long[]) args[2]));
                    case "attention" -> attention((Predicate<?>) args[0], (Installer.SiteFactory<?>) args[1]);
                    case "derived" -> derived.put((String) args[0], (Installer.Computed) args[1]);
                    case "activations" -> text();
                    default -> {
                        calls.add(method.getName() + " " + args[0]);
                        yield null;
                    }
                });
    }

    @SuppressWarnings("unchecked")
    private Object attention(Predicate<?> where, Installer.SiteFactory<?> factory) {
        for (Site site : MODEL.sites()) {
            if (((Predicate<Site>) where).test(site)) {
                hooks.put(
                        site.layer(), (AttentionHook) factory.at(site, scope("base_model.model." + site.path() + ".")));
            }
        }
        return null;
    }

    private ParamScope scope(String prefix) {
        return spec -> {
            params.put(prefix + spec.name(), spec);
            return new Made(prefix + spec.name(), spec);
        };
    }

    /** Two tokens; element j of token t is t + j / 1000, keys of layer i plus 10 i, values plus 10 i + 5. */
    private static TextActivations text() {
        List<float[]> keys = new ArrayList<>();
        List<float[]> values = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            keys.add(ramp(32, 10 * i));
            values.add(ramp(32, 10 * i + 5));
        }
        return new TextActivations(2, ramp(64, 0), keys, values);
    }

    private static float[] ramp(int width, int plus) {
        float[] data = new float[2 * width];
        for (int i = 0; i < data.length; i++) {
            data[i] = plus + i / width + (i % width) / 1000f;
        }
        return data;
    }

    private static List<Site> sites() {
        List<Site> sites = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sites.add(new Site("model.layers." + i + ".self_attn.q_proj", i, Role.Q, 64, 64));
            sites.add(new Site("model.layers." + i + ".self_attn", i, Role.ATTENTION, 64, 64));
        }
        return sites;
    }
}
