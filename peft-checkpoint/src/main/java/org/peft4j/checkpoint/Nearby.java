package org.peft4j.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a user who named a directory too high up may have meant. */
final class Nearby {
    private static final int SHOWN = 8;

    private Nearby() {}

    /** A sentence that lists the directories below one that hold a file of this name; empty if there are none. */
    static String below(Path directory, String file, String what) {
        try (Stream<Path> children = Files.list(directory)) {
            List<String> names = children.filter(child -> Files.exists(child.resolve(file)))
                    .map(Path::toString)
                    .sorted()
                    .limit(SHOWN)
                    .toList();
            return names.isEmpty() ? "" : " " + what + " below it: " + String.join(", ", names) + ".";
        } catch (IOException e) {
            return "";
        }
    }
}
