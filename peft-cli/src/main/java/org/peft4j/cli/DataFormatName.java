package org.peft4j.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.peft4j.data.DataFormat;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a layout as configuration files write it: {@code prompt-completion}. */
final class DataFormatName implements ITypeConverter<DataFormat> {
    @Override
    public DataFormat convert(String value) {
        return Arrays.stream(DataFormat.values())
                .filter(f -> name(f).equals(value.toLowerCase(Locale.ROOT).replace('_', '-')))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + value + "' is none of "
                        + Arrays.stream(DataFormat.values())
                                .map(DataFormatName::name)
                                .collect(Collectors.joining(", "))));
    }

    private static String name(DataFormat format) {
        return format.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
