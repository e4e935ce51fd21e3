package org.peft4j.compare;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.peft4j.api.Setting;
import org.peft4j.config.ConfigNode;

/**
 * What differs in one row of a comparison.
 *
 * @param name what the row is called; by default its method
 * @param method the method's name and settings, or {@code base}
 * @param storage what the base's linear layers are kept in
 * @param precision of the base's frozen weights
 * @param optimizer settings that replace the common ones; with another name the whole section
 * @param schedule likewise
 * @param sweep settings to try: dotted key to values
 */
public record RowConfig(
        @Setting(help = "What the row is called; its method's name where it is left out.")
        Optional<String> name,

        @Setting(help = "The method: its name and its settings; or 'base' for the untouched base.")
        ConfigNode method,

        @Setting(help = "Codec that the base's frozen linear layers are kept in.")
        Optional<ConfigNode> storage,

        @Setting(help = "Of the base's frozen weights: fp32, bf16 or auto.")
        Optional<ConfigNode> precision,

        @Setting(help = "Settings of the optimizer that differ from the common ones.")
        Optional<ConfigNode> optimizer,

        @Setting(help = "Settings of the schedule that differ from the common ones.")
        Optional<ConfigNode> schedule,

        @Setting(help = "Settings to try, as {optimizer.learning-rate: [1e-3, 5e-3], method.rank: [4, 8]}.")
        Optional<Map<String, List<ConfigNode>>> sweep) {}
