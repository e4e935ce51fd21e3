package org.peft4j.report;

import java.nio.file.Files;
import java.nio.file.Path;

/** Pictures of a report's page, to look at: light, dark, and as on a phone. */
final class Shots {
    private Shots() {}

    /** Arguments: the page, a directory for the pictures. */
    public static void main(String[] args) throws Exception {
        Path page = Path.of(args[0]).toAbsolutePath();
        Path into = Files.createDirectories(Path.of(args[1]));
        Path profile = Files.createTempDirectory("browser");
        try (Browser browser = Browser.start(Browser.program().orElseThrow(), profile)) {
            for (boolean dark : new boolean[] {false, true}) {
                browser.prefersDark(dark);
                String name = dark ? "dark" : "light";
                browser.open(page, 1200, 900);
                Files.write(into.resolve(name + ".png"), browser.picture());
                browser.open(page, 360, 740);
                Files.write(into.resolve("phone-" + name + ".png"), browser.picture());
            }
        }
    }
}
