package org.peft4j.cli;

import java.lang.module.ModuleDescriptor;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Versions implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"peft " + own(), "Java " + Runtime.version()};
    }

    static String own() {
        ModuleDescriptor module = Main.class.getModule().getDescriptor();
        return module == null ? "" : module.rawVersion().orElse("");
    }
}
