package org.peft4j.cli;

import java.util.Arrays;
import org.peft4j.api.PeftException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Token ids that a user gives.
 *
 * @param values at least one
 */
@SuppressWarnings("ArrayRecordComponent")
record TokenIds(int[] values) {
    /** Refuses ids that the model has no embedding for. */
    static void check(int[] ids, int vocabulary) {
        for (int id : ids) {
            if (id < 0 || id >= vocabulary) {
                throw PeftException.of(
                        "bad-token-id",
                        "There is no token " + id + ": the model's are 0 to " + (vocabulary - 1) + ".",
                        "Use ids of this model's own tokenizer ('peft tokens').");
            }
        }
    }

    /** Reads ids as people write them: {@code 1,2,3} or {@code [1, 2, 3]}. */
    static final class Converter implements ITypeConverter<TokenIds> {
        @Override
        public TokenIds convert(String value) {
            String inner = value.strip().replaceAll("^\\[|\\]$", "").strip();
            try {
                return new TokenIds(Arrays.stream(inner.split("\\s*[,\\s]\\s*"))
                        .mapToInt(Integer::parseInt)
                        .toArray());
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + value + "' is not a list of token ids such as 1,2,3");
            }
        }
    }
}
