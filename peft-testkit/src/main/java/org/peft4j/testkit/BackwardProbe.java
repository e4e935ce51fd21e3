package org.peft4j.testkit;

import java.nio.FloatBuffer;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.CustomOp;
import org.peft4j.api.Installer;
import org.peft4j.api.Role;
import org.peft4j.api.Shape;
import org.peft4j.api.Var;

/** Stands behind the lowest layer, changes nothing, and remembers whether a gradient came by. */
final class BackwardProbe implements AdapterMethod<BackwardProbe.Settings> {
    private boolean reached;

    /** It has none. */
    record Settings() {}

    boolean reached() {
        return reached;
    }

    @Override
    public String name() {
        return "backward-probe";
    }

    @Override
    public String description() {
        return "Watches for gradients behind the lowest layer.";
    }

    @Override
    public Class<Settings> configType() {
        return Settings.class;
    }

    @Override
    public void install(Settings config, Installer installer) {
        installer.stream(
                site -> site.is(Role.LAYER_OUT) && site.layer() == 0,
                (site, params) -> (input, output, ops) -> ops.custom(new PassOn(), output));
    }

    private final class PassOn implements CustomOp {
        @Override
        public Shape outputShape(Var... inputs) {
            return Shape.of(inputs[0].shape());
        }

        @Override
        public void forward(FloatBuffer[] inputs, FloatBuffer output) {
            for (int i = 0; i < inputs[0].capacity(); i++) {
                output.put(i, inputs[0].get(i));
            }
        }

        @Override
        public void backward(Backward context) {
            reached = true;
            FloatBuffer gradient = context.outputGradient();
            if (context.wanted(0)) {
                FloatBuffer into = context.inputGradient(0);
                for (int i = 0; i < gradient.capacity(); i++) {
                    into.put(i, into.get(i) + gradient.get(i));
                }
            }
        }
    }
}
