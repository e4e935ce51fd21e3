package org.peft4j.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An estimate beside what was measured, as text.
 *
 * @param figure what was estimated
 * @param expected the estimate
 * @param measured mean and spread, empty where nothing was measured
 * @param error how far the estimate was above (+) or below (-) what was measured, empty where nothing was
 */
record Estimated(Figure figure, String expected, String measured, String error) {
    static List<Estimated> of(ReportRow row) {
        List<Estimated> all = new ArrayList<>();
        row.estimates().values().forEach((figure, estimate) -> {
            Optional<Spread> measured = row.spread(figure);
            Scale scale = Scale.of(figure, measured.map(Spread::mean).orElse(estimate), estimate);
            all.add(new Estimated(
                    figure,
                    scale.text(estimate),
                    measured.map(m -> scale.text(figure, m)).orElse(""),
                    Summary.error(row, figure).stream()
                            .mapToObj(e -> String.format(Locale.ROOT, "%+.0f %%", 100 * e))
                            .findFirst()
                            .orElse("")));
        });
        return all;
    }
}
