package org.peft4j.engine;

import java.util.ArrayList;
import java.util.List;

/** What a tape recorded: how the gradient of each result reaches what it was made from. */
final class Recording {
    private final List<Node> nodes = new ArrayList<>();

    private record Node(Tensor output, Tensor[] saved, Runnable backward) {}

    /** Notes an operation and the tensors whose values its gradient needs. */
    void add(Tensor output, Runnable backward, Tensor... saved) {
        for (Tensor t : saved) {
            t.root.retained++;
        }
        nodes.add(new Node(output, saved, backward));
    }

    /** Goes back through all that is recorded, the last first, and forgets it. */
    void propagate(Tape tape, Gradients gradients) {
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            if (node.output.root.gradient != null) {
                for (Tensor t : node.saved) {
                    t.root.restore(); // here, as the operation may look at it from several threads
                }
                gradients.arrived(node.output);
                node.backward.run();
                gradients.drop(node.output);
            }
            for (Tensor t : node.saved) {
                t.root.retained--;
                tape.freeIfUnused(t.root);
            }
            nodes.remove(i);
        }
    }

    void clear() {
        nodes.clear();
    }
}
