package org.peft4j.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * An adapter as it is given on the command line: {@code [NAME=]DIR[:WEIGHT]}. A text that is a directory as it stands is one, whatever
 * signs it holds.
 *
 * @param name what it is called among several; by default its directory
 * @param directory where it is
 * @param weight how strongly it acts; 1 by default
 */
record AdapterChoice(String name, Path directory, double weight) {
    private static final Pattern FORM = Pattern.compile("(?:([A-Za-z0-9_-]+)=)?(.+?)(?::([-+.0-9eE]+))?");

    /** Reads one from an option's value. */
    static final class Converter implements ITypeConverter<AdapterChoice> {
        @Override
        public AdapterChoice convert(String value) {
            Path whole = Path.of(value);
            if (Files.isDirectory(whole)) {
                return new AdapterChoice(value, whole, 1);
            }
            Matcher parts = FORM.matcher(value);
            if (!parts.matches()) {
                throw new TypeConversionException("give a directory: [NAME=]DIR[:WEIGHT]");
            }
            String directory = parts.group(2);
            String name = parts.group(1) == null ? directory : parts.group(1);
            return new AdapterChoice(name, Path.of(directory), weight(parts.group(3)));
        }

        private static double weight(String text) {
            try {
                return text == null ? 1 : Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + text + "' behind the colon is no number");
            }
        }
    }
}
