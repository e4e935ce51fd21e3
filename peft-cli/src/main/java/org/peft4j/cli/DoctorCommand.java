package org.peft4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.peft4j.compare.ProcessMemory;
import org.peft4j.engine.BlasReport;
import org.peft4j.engine.Engine;
import org.peft4j.runtime.InstalledMethod;
import org.peft4j.runtime.Peft;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code peft doctor}. */
@Command(
        name = "doctor",
        description = "Show what the program runs on, measure the matrix products, and say what slows them down.",
        footer = {"  peft doctor", "  peft doctor --threads 1 --json"})
final class DoctorCommand extends Action {
    @Mixin
    private ThreadOptions threads;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        try (Peft peft = Peft.create(threads.count(this))) {
            Map<String, Object> facts = facts(peft, BlasReport.measure(peft.engine()));
            if (json) {
                printJson(facts);
            } else {
                facts.forEach((key, value) -> println(screen().bold(String.format("%-18s", key)) + value));
            }
        }
        ThreadOptions.warn(screen());
        if (Runtime.getRuntime().maxMemory() < 400L << 20) {
            screen().warn("Java may use " + Text.bytes(Runtime.getRuntime().maxMemory())
                    + " of heap only; PEFT_JAVA_OPTS=-Xmx1g raises it.");
        }
        return Main.OK;
    }

    private static Map<String, Object> facts(Peft peft, BlasReport blas) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("peft", Versions.own());
        facts.put("Java", System.getProperty("java.vm.name") + " " + Runtime.version());
        facts.put("Java home", System.getProperty("java.home"));
        facts.put(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                        + System.getProperty("os.arch"));
        facts.put("processors", Runtime.getRuntime().availableProcessors());
        facts.put("memory", ProcessMemory.total().map(Text::bytes).orElse("unknown"));
        facts.put("Java heap, most", Text.bytes(Runtime.getRuntime().maxMemory()));
        facts.put("backend", "ND4J " + backend());
        facts.put("BLAS", blas.library());
        facts.put("BLAS core type", blas.core());
        facts.put("other kernels", Engine.kernels());
        facts.put("threads", blas.threads());
        facts.put(
                "product", String.format(Locale.ROOT, "%.0f GF/s (fp32, 1024 x 576 by 576 x 1536)", blas.gigaflops()));
        facts.put("OPENBLAS_CORETYPE", environment("OPENBLAS_CORETYPE"));
        facts.put(
                "methods",
                String.join(
                        ", ",
                        peft.methods().all().stream().map(InstalledMethod::name).toList()));
        facts.put("plugins", plugins());
        return facts;
    }

    private static String backend() {
        return org.nd4j.linalg.factory.Nd4j.getBackend().getClass().getSimpleName();
    }

    private static String environment(String name) {
        String value = System.getenv(name);
        return value == null || value.isBlank() ? "not set (good)" : value;
    }

    private static String plugins() {
        String path = System.getProperty("peft.plugins", "");
        if (path.isEmpty()) {
            return "no directory (not started by bin/peft)";
        }
        List<String> found = new ArrayList<>();
        for (String directory : path.split(java.io.File.pathSeparator)) {
            found.add(directory + " (" + jars(Path.of(directory)) + " jars)");
        }
        return String.join(", ", found);
    }

    private static long jars(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> f.toString().endsWith(".jar")).count();
        } catch (IOException missing) {
            return 0;
        }
    }
}
