package org.peft4j.runtime;

import org.peft4j.api.AdapterMethod;

/**
 * A method that was found.
 *
 * @param method the method
 * @param module its module's name
 * @param version its module's version, or {@code unknown}
 * @param location where its jar is, or {@code unknown}
 */
public record InstalledMethod(AdapterMethod<?> method, String module, String version, String location) {
    /** The name by which it is chosen. */
    public String name() {
        return method.name();
    }
}
