package org.peft4j.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;

/** The loss curves of a row's runs as one: mean and spread over the seeds at each step. */
final class Curves {
    /** A point of the mean curve. */
    record Point(double step, double seconds, Spread loss) {}

    private Curves() {}

    /** Points in the order of steps, at most so many: neighbours are put together. */
    static List<Point> of(ReportRow row, Function<CurvePoint, OptionalDouble> loss, int most) {
        Map<Integer, List<CurvePoint>> bySteps = new TreeMap<>();
        for (SeedRun run : row.runs()) {
            if (run.outcome().isOk()) {
                run.curve().stream()
                        .filter(p -> loss.apply(p).isPresent())
                        .forEach(p -> bySteps.computeIfAbsent(p.step(), s -> new ArrayList<>())
                                .add(p));
            }
        }
        List<Point> points = new ArrayList<>();
        bySteps.forEach((step, at) -> points.add(new Point(
                step,
                at.stream().mapToDouble(CurvePoint::seconds).average().orElse(0),
                Spread.of(at.stream()
                                .mapToDouble(p -> loss.apply(p).orElseThrow())
                                .toArray())
                        .orElseThrow())));
        return points.size() <= most ? points : thinned(points, most);
    }

    private static List<Point> thinned(List<Point> points, int most) {
        List<Point> kept = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            // Both ends stay as they are: they are what is read off.
            int from = i == most - 1 ? points.size() - 1 : i * points.size() / most;
            int to = i == 0 ? 1 : (i + 1) * points.size() / most;
            List<Point> some = points.subList(from, to);
            kept.add(new Point(
                    some.stream().mapToDouble(Point::step).average().orElseThrow(),
                    some.stream().mapToDouble(Point::seconds).average().orElseThrow(),
                    new Spread(
                            some.get(0).loss().count(),
                            some.stream()
                                    .mapToDouble(p -> p.loss().mean())
                                    .average()
                                    .orElseThrow(),
                            some.stream()
                                    .mapToDouble(p -> p.loss().deviation())
                                    .average()
                                    .orElseThrow())));
        }
        return kept;
    }
}
