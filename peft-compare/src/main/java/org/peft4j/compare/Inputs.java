package org.peft4j.compare;

import java.lang.module.ResolvedModule;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.peft4j.checkpoint.Checkpoint;
import org.peft4j.checkpoint.Fingerprint;
import org.peft4j.runtime.InstalledMethod;
import org.peft4j.runtime.Peft;

/** Everything a unit's result depends on, as a hash: the base, the data, its settings, the program and the method's own version. */
final class Inputs {
    private final Peft peft;
    private final Map<String, String> hashes = new LinkedHashMap<>();
    private final String program = program();

    Inputs(Peft peft, ComparisonConfig config) {
        this.peft = peft;
        hashes.put("base", base(config.base()));
        hashes.put("train", data(config.data().train(), config));
        if (!config.data().eval().isEmpty()) {
            hashes.put("held out", data(config.data().eval(), config));
        }
    }

    private static String base(Path directory) {
        List<Path> files = new ArrayList<>(Checkpoint.open(directory).files());
        for (String companion : new String[] {"config.json", "tokenizer.json"}) {
            if (Files.exists(directory.resolve(companion))) {
                files.add(directory.resolve(companion));
            }
        }
        return Fingerprint.of(files);
    }

    private String data(String name, ComparisonConfig config) {
        return peft.source(name, config.data().reading()).fingerprint();
    }

    /** The hashes of the base and the data. */
    Map<String, String> hashes() {
        return Map.copyOf(hashes);
    }

    /** The file name of a unit: what it is, and the hash of its inputs. */
    String name(UnitRequest request, Row row, long seed) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("program", program);
        all.put("java", Runtime.version().feature());
        all.put("threads", peft.engine().threads());
        all.put("hashes", hashes);
        Map<String, Object> run = new LinkedHashMap<>(request.run());
        run.remove("base");
        run.remove("output");
        run.remove("overwrite");
        all.put("run", run);
        all.put("kind", request.kind().name());
        all.put("first", request.first());
        all.put("generation", request.generation().toString());
        all.put("general", request.general().isEmpty() ? "" : Fingerprint.of(Path.of(request.general())));
        all.put("general size", request.generalSamples() + " x " + request.generalTokens());
        all.put("set aside", request.tuningRows());
        Optional<InstalledMethod> method = peft.methods().find(row.method());
        all.put("method", method.map(Inputs::identity).orElse(Row.BASE));
        String hash = sha256(UnitStore.json(all)).substring(0, 16);
        String kind = request.kind().name().toLowerCase(java.util.Locale.ROOT);
        return row.fileName() + "." + kind + ".seed-" + seed + "." + hash;
    }

    /** Two builds of a plugin may have one version. */
    private static String identity(InstalledMethod method) {
        return method.module() + " " + method.version() + " " + hash(method.location());
    }

    /** The hash of a jar; classes in a directory have none. */
    private static String hash(String jar) {
        try {
            Path file = Path.of(jar);
            return Files.isRegularFile(file) ? Fingerprint.of(file) : "";
        } catch (InvalidPathException unknown) {
            return "";
        }
    }

    /** The program: its version, and while that is not final the hashes of its jars. */
    private static String program() {
        String version = version(Inputs.class);
        if (!version.endsWith("-SNAPSHOT") || Inputs.class.getModule().getLayer() == null) {
            return version;
        }
        return version
                + Inputs.class.getModule().getLayer().configuration().modules().stream()
                        .filter(m -> m.name().startsWith("org.peft4j."))
                        .sorted(Comparator.comparing(ResolvedModule::name))
                        .map(m -> m.reference().location())
                        .flatMap(Optional::stream)
                        .map(uri -> hash(uri.getPath()))
                        .toList();
    }

    static String version(Class<?> type) {
        return type.getModule().getDescriptor() == null
                ? "unknown"
                : type.getModule().getDescriptor().rawVersion().orElse("unknown");
    }

    private static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
