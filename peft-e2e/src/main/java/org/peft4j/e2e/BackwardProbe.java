package org.peft4j.e2e;

import java.nio.FloatBuffer;
import java.util.Set;
import java.util.TreeSet;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.CustomOp;
import org.peft4j.api.Installer;
import org.peft4j.api.Role;
import org.peft4j.api.Shape;
import org.peft4j.api.Var;

/** A method that changes nothing and notes behind which layers a backward pass came by. */
final class BackwardProbe implements AdapterMethod<BackwardProbe.Settings> {
    /** None. */
    public record Settings() {}

    final Set<Integer> reached = new TreeSet<>();

    @Override
    public String name() {
        return "backward-probe";
    }

    @Override
    public String description() {
        return "Notes which layers are differentiated.";
    }

    @Override
    public Class<Settings> configType() {
        return Settings.class;
    }

    @Override
    public void install(Settings config, Installer installer) {
        installer.stream(
                site -> site.is(Role.LAYER_OUT),
                (site, params) -> (input, output, ops) -> ops.custom(new Copy(site.layer()), output));
    }

    private final class Copy implements CustomOp {
        private final int layer;

        Copy(int layer) {
            this.layer = layer;
        }

        @Override
        public Shape outputShape(Var... inputs) {
            return Shape.of(inputs[0].shape());
        }

        @Override
        public void forward(FloatBuffer[] inputs, FloatBuffer output) {
            output.put(inputs[0].duplicate());
        }

        @Override
        public void backward(Backward context) {
            reached.add(layer);
            FloatBuffer gradient = context.inputGradient(0);
            FloatBuffer given = context.outputGradient();
            for (int i = 0; i < gradient.capacity(); i++) {
                gradient.put(i, gradient.get(i) + given.get(i));
            }
        }
    }
}
