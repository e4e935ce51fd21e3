package org.peft4j.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.peft4j.api.PeftException;

/**
 * A configuration file: a map of YAML values that know their lines. Anchors, aliases, tags, duplicate keys, nesting deeper than
 * 64 levels and files above 1 MiB are errors. Immutable.
 *
 * @param source the file as the user named it
 * @param root its entries
 */
public record ConfigDocument(String source, ConfigNode.Entries root) {
    /** The largest file read, in bytes. */
    public static final int MAX_BYTES = 1 << 20;

    /**
     * Reads a file in UTF-8.
     *
     * @throws PeftException if there is none, it can't be read, or it isn't such YAML
     */
    public static ConfigDocument read(Path file) {
        if (!Files.exists(file)) {
            throw fileProblem(file + ": there is no such file.", "Check the path; it is relative to " + here() + ".");
        }
        if (Files.isDirectory(file)) {
            throw fileProblem(file + " is a directory, not a file.", "Name the YAML file in it.");
        }
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw tooLarge(file.toString());
            }
            byte[] bytes = Files.readAllBytes(file);
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return parse(text, file.toString());
        } catch (CharacterCodingException e) {
            throw PeftException.of(
                    "config-file", file + " is not text in UTF-8.", "Save it as UTF-8, or name another file.", e);
        } catch (IOException e) {
            throw PeftException.of(
                    "config-file", file + " can't be read: " + e.getMessage(), "Check the file's permissions.", e);
        }
    }

    /**
     * Reads a text.
     *
     * @param sourceName what error messages call it
     * @throws PeftException if it isn't such YAML
     */
    public static ConfigDocument parse(String text, String sourceName) {
        if (text.length() > MAX_BYTES) {
            throw tooLarge(sourceName);
        }
        String marked = text.startsWith("\uFEFF") ? text.substring(1) : text;
        ConfigNode root = YamlTree.parse(marked, sourceName, true);
        if (root instanceof ConfigNode.Entries entries) {
            return new ConfigDocument(sourceName, entries);
        }
        boolean empty = root instanceof ConfigNode.Scalar scalar && scalar.isEmpty();
        throw PeftException.of(
                "config-syntax",
                empty ? sourceName + " is empty." : root.at() + ": expected keys, found " + root.describe() + ".",
                "Write lines of the form 'key: value'.");
    }

    /** A document without entries, to be filled by {@link #with}. */
    public static ConfigDocument empty(String sourceName) {
        return new ConfigDocument(sourceName, ConfigNode.Entries.none(Position.in(sourceName)));
    }

    /**
     * The document with one value replaced or added; sections on the way are made where they lack.
     *
     * @param dottedKey the path of keys, for example {@code method.rank}; a key that itself has a dot can't be reached
     * @param yamlValue the value as it would stand in the file: {@code 8}, {@code [q_proj, v_proj]}
     * @throws PeftException if the value isn't YAML or the path leads through something that has no keys
     */
    public ConfigDocument with(String dottedKey, String yamlValue) {
        String where = "-s " + dottedKey;
        List<String> path = List.of(dottedKey.split("\\.", -1));
        if (path.stream().anyMatch(String::isBlank)) {
            throw badOverride(where + ": '" + dottedKey + "' is not a path of keys.");
        }
        ConfigNode value = YamlTree.parse(yamlValue, where, false);
        return new ConfigDocument(source, set(root, path, 0, value));
    }

    /**
     * {@link #with} for a setting as it stands on the command line.
     *
     * @param assignment {@code key.path=value}
     * @throws PeftException as {@link #with}, and if there is no equals sign
     */
    public ConfigDocument withOverride(String assignment) {
        int equals = assignment.indexOf('=');
        if (equals < 1) {
            throw badOverride("-s " + assignment + ": a setting has the form key.path=value.");
        }
        return with(assignment.substring(0, equals).strip(), assignment.substring(equals + 1));
    }

    /**
     * Plain values as YAML text, a key a line.
     *
     * @param values as {@link SettingsBinder#plain} gives them
     */
    public static String yaml(Map<String, Object> values) {
        YAMLFactory factory = YAMLFactory.builder()
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .disable(YAMLGenerator.Feature.SPLIT_LINES)
                .build();
        try {
            return new ObjectMapper(factory).writeValueAsString(values);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not plain values: " + values, e);
        }
    }

    private static ConfigNode.Entries set(ConfigNode.Entries map, List<String> path, int depth, ConfigNode value) {
        String key = path.get(depth);
        ConfigNode.Entry old = map.entries().get(key);
        ConfigNode updated = value;
        if (depth + 1 < path.size()) {
            ConfigNode inner = old == null ? ConfigNode.Entries.none(value.at()) : old.value();
            if (inner instanceof ConfigNode.Scalar scalar && scalar.isEmpty()) {
                inner = ConfigNode.Entries.none(scalar.at());
            }
            if (!(inner instanceof ConfigNode.Entries section)) {
                String parent = String.join(".", path.subList(0, depth + 1));
                throw badOverride(value.at() + ": '" + parent + "' is " + inner.describe() + " (" + inner.at()
                        + "), it has no keys.");
            }
            updated = set(section, path, depth + 1, value);
        }
        Map<String, ConfigNode.Entry> entries = new LinkedHashMap<>(map.entries());
        boolean last = depth + 1 == path.size();
        entries.put(key, new ConfigNode.Entry(old == null || last ? value.at() : old.keyAt(), updated));
        return new ConfigNode.Entries(entries, map.at());
    }

    private static PeftException badOverride(String what) {
        return PeftException.of("config-override", what, "Write for example -s method.rank=16.");
    }

    private static PeftException fileProblem(String what, String remedy) {
        return PeftException.of("config-file", what, remedy);
    }

    private static PeftException tooLarge(String name) {
        return fileProblem(
                name + " is larger than 1 MiB.", "A configuration is small; name the YAML file, not the data.");
    }

    private static Path here() {
        return Path.of("").toAbsolutePath();
    }
}
