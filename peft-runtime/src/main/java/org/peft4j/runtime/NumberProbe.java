package org.peft4j.runtime;

import java.util.Optional;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.Installer;
import org.peft4j.api.Role;
import org.peft4j.api.Var;
import org.peft4j.engine.Tensor;

/** Changes nothing, and remembers the first place of the model where a value is NaN or infinite. */
final class NumberProbe implements AdapterMethod<NumberProbe.Settings> {
    private String found = "";

    /** None. */
    record Settings() {}

    /** The first such place, if any was seen. */
    Optional<String> found() {
        return Optional.of(found).filter(f -> !f.isEmpty());
    }

    @Override
    public String name() {
        return "number-probe";
    }

    @Override
    public String description() {
        return "Finds the first value that is no finite number.";
    }

    @Override
    public Class<Settings> configType() {
        return Settings.class;
    }

    @Override
    public void install(Settings config, Installer in) {
        in.linear(site -> !site.is(Role.LM_HEAD), (site, params) -> (x, base, ops) -> {
            look("the input of " + site.path(), x);
            return look("the output of " + site.path(), base.apply(x));
        });
        in.stream(site -> true, (site, params) -> (input, output, ops) -> look("the output of " + site.path(), output));
    }

    private Var look(String place, Var values) {
        if (found.isEmpty() && !BadNumberSearch.finite(((Tensor) values).toArray())) {
            found = place;
        }
        return values;
    }
}
