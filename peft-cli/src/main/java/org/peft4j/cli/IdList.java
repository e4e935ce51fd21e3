package org.peft4j.cli;

import java.util.Arrays;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads token ids as people write them: {@code 1,2,3} or {@code [1, 2, 3]}. */
final class IdList implements ITypeConverter<int[]> {
    @Override
    public int[] convert(String value) {
        String inner = value.strip().replaceAll("^\\[|\\]$", "").strip();
        try {
            return Arrays.stream(inner.split("\\s*[,\\s]\\s*"))
                    .mapToInt(Integer::parseInt)
                    .toArray();
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + value + "' is not a list of token ids such as 1,2,3");
        }
    }
}
