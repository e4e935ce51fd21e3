package org.peft4j.cli;

import java.util.List;
import java.util.Locale;
import org.peft4j.checkpoint.DType;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** An element type that weights can be written in. */
final class WeightType implements ITypeConverter<DType> {
    private static final List<DType> KNOWN = List.of(DType.F32, DType.BF16, DType.F16);

    @Override
    public DType convert(String value) {
        String wanted = value.toUpperCase(Locale.ROOT);
        return KNOWN.stream()
                .filter(t -> t.name().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + value + "' is none of F32, BF16, F16"));
    }
}
