package org.peft4j.report;

import java.util.List;
import java.util.Map;

/**
 * The result of a comparison of methods: all that the renderings show.
 *
 * @param title of the report
 * @param base the model that all rows start from
 * @param data what they are trained and measured on
 * @param budget what each is given
 * @param provenance where the figures come from, with values as text: program, Java, processor, threads, hashes, date
 * @param seeds of the runs
 * @param examples prompts that every run answered
 * @param rows in the order of the comparison file; failed and skipped ones are among them
 */
public record ComparisonReport(
        String title,
        BaseModel base,
        TaskData data,
        Budget budget,
        Map<String, String> provenance,
        List<Long> seeds,
        List<Example> examples,
        List<ReportRow> rows) {
    /** Copies the map and the lists, keeping their order. */
    public ComparisonReport {
        provenance = Facts.copy(provenance);
        seeds = List.copyOf(seeds);
        examples = List.copyOf(examples);
        rows = List.copyOf(rows);
    }
}
