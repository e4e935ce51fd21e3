package org.peft4j.checkpoint;

import java.util.List;

/** The left side of a {@code set}. */
@FunctionalInterface
interface JinjaTarget {
    void assign(JinjaScope scope, Object value);

    /** {@code namespace.attribute}. */
    static JinjaTarget attribute(String namespace, String attribute) {
        return (scope, value) -> {
            if (!(scope.get(namespace) instanceof JinjaScope.Namespace space)) {
                throw new JinjaException("'" + namespace + "' isn't a namespace, so its attributes can't be set");
            }
            space.attributes().put(attribute, value);
        };
    }

    /** Several targets for the elements of one list. */
    static JinjaTarget unpacking(List<JinjaTarget> targets) {
        return (scope, value) -> {
            List<Object> values = JinjaValues.elements(value);
            if (values.size() != targets.size()) {
                throw new JinjaException(values.size() + " values can't be assigned to " + targets.size() + " names");
            }
            for (int i = 0; i < values.size(); i++) {
                targets.get(i).assign(scope, values.get(i));
            }
        };
    }
}
