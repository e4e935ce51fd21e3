package org.peft4j.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.WeightCodec;

class ModuleTests {
    private static final String OURS = "org.peft4j.";

    /** What each module of the core may require of ours; data flows one way and nothing reaches back. */
    private static final Map<String, Set<String>> CORE = Map.ofEntries(
            Map.entry("api", Set.of()),
            Map.entry("nd4j", Set.of()),
            Map.entry("config", Set.of("api")),
            Map.entry("checkpoint", Set.of("api")),
            Map.entry("data", Set.of("api", "checkpoint")),
            Map.entry("engine", Set.of("api", "nd4j")),
            Map.entry("vector", Set.of("engine")),
            Map.entry("model", Set.of("api", "engine", "checkpoint")),
            Map.entry("runtime", Set.of("api", "model", "config", "data", "checkpoint", "engine")),
            Map.entry("compare", Set.of("api", "model", "config", "data", "checkpoint", "engine", "runtime", "report")),
            Map.entry("embedded", Set.of("api")),
            Map.entry("report", Set.of("api")),
            Map.entry("testkit", Set.of("api", "checkpoint", "config", "engine", "model")),
            Map.entry(
                    "cli",
                    Set.of(
                            "api",
                            "config",
                            "data",
                            "checkpoint",
                            "engine",
                            "model",
                            "runtime",
                            "embedded",
                            "compare",
                            "report")));

    /** What a method's module may provide: its method and codecs. */
    private static final Set<String> SERVICES = Set.of(AdapterMethod.class.getName(), WeightCodec.class.getName());

    /** Methods that build on another one. */
    private static final Map<String, Set<String>> METHODS_ON_METHODS = Map.of("qlora", Set.of("lora"));

    @Test
    void modulesRequireOnlyWhatLiesBelowThem() {
        for (ModuleDescriptor module : descriptors()) {
            String name = shortName(module);
            Set<String> allowed =
                    new TreeSet<>(CORE.getOrDefault(name, METHODS_ON_METHODS.getOrDefault(name, Set.of())));
            allowed.add("api");
            assertThat(required(module))
                    .as("modules of ours that %s requires", module.name())
                    .isSubsetOf(allowed);
            assertThat(CORE.containsKey(name) || provides(module))
                    .as("%s is a module of the core, listed in this test, or provides a method", module.name())
                    .isTrue();
        }
    }

    @Test
    void theSpiNeedsNothingButJavaBase() {
        ModuleDescriptor api = descriptor("api");
        assertThat(api.requires().stream().map(ModuleDescriptor.Requires::name)).containsExactly("java.base");
    }

    @Test
    void aModuleIsOneExportedPackage() {
        for (ModuleDescriptor module : descriptors()) {
            if (shortName(module).equals("nd4j")) {
                continue; // another project's packages
            }
            Set<String> withClasses = module.packages().stream()
                    .filter(p -> !p.contains(".recipe") && !p.contains(".grammar") && !p.contains(".model."))
                    .collect(Collectors.toSet());
            assertThat(withClasses).as("packages of %s", module.name()).contains(module.name());
            assertThat(module.exports().stream()
                            .filter(e -> !e.isQualified()) // what one other module sees is nobody else's
                            .map(ModuleDescriptor.Exports::source))
                    .as("exports of %s", module.name())
                    .containsExactly(module.name());
        }
    }

    @Test
    void methodsAreAnnouncedByModuleDescriptorsAlone() throws IOException {
        for (Repository.Part part : Repository.parts()) {
            if (part.name().equals("peft-nd4j")) {
                continue; // ND4J's own services, for those who run it on the class path
            }
            assertThat(part.classes().resolve("META-INF/services"))
                    .as("service files of %s", part.name())
                    .doesNotExist();
        }
        for (Path file : Repository.mainSources()) {
            if (!file.endsWith("module-info.java")) {
                assertThat(Repository.text(file))
                        .as(file.toString())
                        .doesNotContain("@AutoService", "META-INF/services");
            }
        }
        try (Stream<Path> all = Files.walk(Repository.root())) {
            assertThat(all.filter(f -> f.endsWith("META-INF/services"))
                            .filter(f -> f.toString().contains("src"))
                            .filter(f -> !f.startsWith(Repository.root().resolve("peft-nd4j"))))
                    .isEmpty();
        }
    }

    @Test
    void aMethodsModuleProvidesOneMethodAndKeepsToTheSpi() {
        List<ModuleDescriptor> methods =
                descriptors().stream().filter(ModuleTests::provides).toList();
        assertThat(methods).hasSizeGreaterThan(5);
        for (ModuleDescriptor method : methods) {
            assertThat(CORE).as("core modules don't provide methods").doesNotContainKey(shortName(method));
            assertThat(method.provides()).as(method.name()).allMatch(p -> SERVICES.contains(p.service()));
            assertThat(method.provides().stream()
                            .filter(p -> p.service().equals(AdapterMethod.class.getName()))
                            .flatMap(p -> p.providers().stream()))
                    .as(method.name())
                    .hasSize(1);
            Set<String> foreign = method.requires().stream()
                    .map(ModuleDescriptor.Requires::name)
                    .filter(n -> !n.startsWith(OURS))
                    .collect(Collectors.toSet());
            assertThat(foreign).as("what %s requires of others", method.name()).containsExactly("java.base");
        }
    }

    @Test
    void theBillOfMaterialsNamesEveryPublishedModule() {
        String bom = Repository.text(Repository.root().resolve("peft-bom/pom.xml"));
        for (Repository.Part part : Repository.parts()) {
            assertThat(bom).contains("<artifactId>" + part.name() + "</artifactId>");
        }
    }

    @Test
    void theReactorAndTheMapOfModulesNameEveryModule() {
        String parent = Repository.text(Repository.root().resolve("pom.xml"));
        String map = Repository.text(Repository.root().resolve("CONTRIBUTING.md"));
        for (Repository.Part part :
                Repository.parts(d -> d.getFileName().toString().startsWith("peft-"))) {
            assertThat(parent).contains("<module>" + part.name() + "</module>");
            assertThat(map).as("CONTRIBUTING.md's map").contains("`" + part.name() + "`");
        }
    }

    private static boolean provides(ModuleDescriptor module) {
        return module.provides().stream().anyMatch(p -> p.service().equals(AdapterMethod.class.getName()));
    }

    private static Set<String> required(ModuleDescriptor module) {
        return module.requires().stream()
                .map(ModuleDescriptor.Requires::name)
                .filter(n -> n.startsWith(OURS))
                .map(n -> n.substring(OURS.length()))
                .collect(Collectors.toSet());
    }

    private static String shortName(ModuleDescriptor module) {
        return module.name().substring(OURS.length());
    }

    private static ModuleDescriptor descriptor(String name) {
        return descriptors().stream()
                .filter(m -> shortName(m).equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<ModuleDescriptor> descriptors() {
        return Repository.parts().stream().map(Repository.Part::descriptor).toList();
    }
}
