package org.peft4j.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * What a comparison says, in plain words. It claims no difference smaller than the spread: two rows are told apart only
 * where their ranges mean &plusmn; spread don't meet, and never where there was one seed.
 *
 * @param headline which row has the lowest held-out loss, or which share it
 * @param points further sentences: costs, generations, forgetting, the untouched base, what failed, estimates
 */
public record Summary(String headline, List<String> points) {
    /** The costs that a quality is weighed against. */
    static final List<Figure> COSTS = List.of(Figure.PEAK_MEMORY, Figure.TRAINABLE_PARAMETERS, Figure.TRAINING_SECONDS);

    private static final Figure LOSS = Figure.HELD_OUT_LOSS;

    /** The rule of all claims, for a report's foot. */
    public static final String RULE =
            "\u00b1 is the spread: the standard deviation over the seeds. Two rows are called different only where their"
                    + " ranges mean \u00b1 spread don't meet; with one seed no difference is claimed.";

    /** Copies the list. */
    public Summary {
        points = List.copyOf(points);
    }

    /** The summary of a report; the same report gives the same words. */
    public static Summary of(ComparisonReport report) {
        List<ReportRow> rows = report.rows();
        Ranking ranking = Ranking.of(LOSS, rows);
        List<String> points = new ArrayList<>();
        costs(ranking).ifPresent(points::add);
        fronts(rows).forEach(points::add);
        task(rows).ifPresent(points::add);
        forgetting(rows).ifPresent(points::add);
        base(rows, ranking).ifPresent(points::add);
        sweeps(report).ifPresent(points::add);
        estimates(rows).ifPresent(points::add);
        points.addAll(Failures.of(rows));
        return new Summary(headline(ranking), points);
    }

    private static String headline(Ranking ranking) {
        if (ranking.best().isEmpty()) {
            return "No trained row has a held-out loss, so there is nothing to compare.";
        }
        Ranking.Place best = ranking.best().get();
        String figures = value(best) + seeds(best.spread());
        if (ranking.places().size() == 1) {
            return best.row().label() + " reached a held-out loss of " + figures
                    + "; no other trained row has one to compare it with.";
        }
        List<Ranking.Place> leaders = ranking.leaders();
        String next = ranking.next()
                .map(n -> " The next, " + n.row().label() + " with " + value(n)
                        + ", is higher than the best by more than the spread.")
                .orElse("");
        if (leaders.size() == 1) {
            return best.row().label() + " has the lowest held-out loss, " + figures + "." + next;
        }
        if (best.spread().count() == 1) {
            return best.row().label() + " had the lowest held-out loss, " + value(best)
                    + ", in a single run. With one seed no spread is known, so no difference is claimed.";
        }
        String values = leaders.size() > 3
                ? value(best) + " to " + value(leaders.get(leaders.size() - 1))
                : Prose.list(leaders.stream().map(Summary::value).toList());
        return Prose.labels(rows(leaders)) + " share the lowest held-out loss: " + values + seeds(best.spread())
                + ", differences smaller than the spread." + next;
    }

    private static String seeds(Spread spread) {
        return " (" + Prose.count(spread.count(), "seed", "seeds") + ")";
    }

    private static String value(Ranking.Place place) {
        return Prose.value(LOSS, place.spread());
    }

    private static List<ReportRow> rows(List<Ranking.Place> places) {
        return places.stream().map(Ranking.Place::row).toList();
    }

    /** Of rows that share the best quality, the cheapest; of a single best one, what it costs. */
    private static Optional<String> costs(Ranking ranking) {
        List<ReportRow> leaders = rows(ranking.leaders());
        boolean single = leaders.size() == 1;
        if (!single && ranking.best().map(b -> b.spread().count() == 1).orElse(true)) {
            return Optional.empty(); // with one seed, all "share" it
        }
        List<String> parts = new ArrayList<>();
        for (Figure cost : COSTS) {
            Ranking among = Ranking.of(cost, leaders);
            if (single) {
                among.best().ifPresent(b -> parts.add(Prose.name(cost) + " " + Prose.value(cost, b.spread())));
            } else if (among.next().isPresent() && among.places().size() == leaders.size()) {
                List<ReportRow> least = rows(among.leaders());
                parts.add(Prose.labels(least) + " " + least(cost, least.size() > 1) + " ("
                        + Prose.value(cost, among.best().orElseThrow().spread()) + ")");
            } else if (!among.places().isEmpty()) {
                parts.add("they can't be told apart by " + Prose.name(cost));
            }
        }
        if (parts.isEmpty()) {
            return Optional.empty();
        }
        String start =
                single ? "What " + leaders.get(0).label() + " takes: " : "Among those that share the lowest loss, ";
        return Optional.of(start + String.join(single ? ", " : "; ", parts) + ".");
    }

    private static String least(Figure cost, boolean several) {
        return switch (cost) {
            case PEAK_MEMORY -> (several ? "need" : "needs") + " the least memory";
            case TRAINABLE_PARAMETERS -> (several ? "train" : "trains") + " the fewest parameters";
            case TRAINING_SECONDS -> (several ? "take" : "takes") + " the least time to train";
            default -> (several ? "have" : "has") + " the lowest " + Prose.name(cost);
        };
    }

    /** Fronts that are the same are said once. */
    private static List<String> fronts(List<ReportRow> rows) {
        Map<String, List<String>> costsOfFront = new LinkedHashMap<>();
        for (Figure cost : COSTS) {
            long compared = Ranking.of(cost, rows).places().stream()
                    .filter(p -> p.row().spread(LOSS).isPresent())
                    .count();
            List<ReportRow> front = Pareto.front(rows, LOSS, cost);
            if (compared > 1 && front.size() < compared) {
                costsOfFront
                        .computeIfAbsent(Prose.labels(front), l -> new ArrayList<>())
                        .add(Prose.name(cost));
            }
        }
        return costsOfFront.entrySet().stream()
                .map(e -> "Loss against " + Prose.list(e.getValue()) + ": no other row beats " + e.getKey() + ".")
                .toList();
    }

    private static Optional<String> task(List<ReportRow> rows) {
        for (Figure figure : List.of(Figure.FIELDS_CARRIED, Figure.EXACT_MATCH, Figure.ROUGE_L, Figure.BLEU)) {
            Ranking ranking = Ranking.of(figure, rows);
            if (ranking.places().size() > 1) {
                String name = Prose.name(figure);
                Ranking.Place best = ranking.best().orElseThrow();
                String values = Prose.value(figure, best.spread());
                return Optional.of(
                        ranking.next().isPresent()
                                ? "In the generations, " + Prose.labels(rows(ranking.leaders()))
                                        + (ranking.leaders().size() == 1 ? " has" : " share")
                                        + " the best " + name + " (" + values + ")."
                                : "In the generations, " + name + " tells no row from the best (" + values + ").");
            }
        }
        return Optional.empty();
    }

    private static Optional<String> forgetting(List<ReportRow> rows) {
        Ranking ranking = Ranking.of(Figure.FORGETTING, rows);
        List<Ranking.Place> places = ranking.places();
        if (places.size() < 2) {
            return Optional.empty();
        }
        Ranking.Place least = places.get(0);
        Ranking.Place most = places.get(places.size() - 1);
        if (!ranking.better(least.row(), most.row())) {
            return Optional.of("On general text no row can be told from another by what it forgot.");
        }
        return Optional.of("On general text " + most.row().label() + " forgot most ("
                + Prose.value(Figure.FORGETTING, most.spread()) + " nats a token) and "
                + least.row().label() + " least (" + Prose.value(Figure.FORGETTING, least.spread()) + ").");
    }

    private static Optional<String> base(List<ReportRow> rows, Ranking ranking) {
        Optional<ReportRow> base = rows.stream()
                .filter(r -> !r.trained() && r.spread(LOSS).isPresent())
                .findFirst();
        if (base.isEmpty() || ranking.places().isEmpty()) {
            return Optional.empty();
        }
        Spread loss = base.get().spread(LOSS).orElseThrow();
        List<ReportRow> notBetter = ranking.places().stream()
                .filter(p -> p.spread().mean() >= loss.mean()
                        || !Ranking.differ(LOSS, p.row(), p.spread(), base.get(), loss))
                .map(Ranking.Place::row)
                .toList();
        boolean oneSeed = ranking.places().stream().allMatch(p -> p.spread().count() == 1);
        if (oneSeed) {
            return Optional.of("The untouched base has a held-out loss of " + Prose.value(LOSS, loss.mean()) + ".");
        }
        return Optional.of("The untouched base has a held-out loss of " + Prose.value(LOSS, loss.mean()) + "; "
                + (notBetter.isEmpty()
                        ? "every trained row is below it by more than the spread."
                        : Prose.labels(notBetter) + (notBetter.size() == 1 ? " is" : " are")
                                + " not below it by more than the spread."));
    }

    private static Optional<String> sweeps(ComparisonReport report) {
        List<ReportRow> swept =
                report.rows().stream().filter(r -> r.trials().size() > 1).toList();
        return swept.isEmpty()
                ? Optional.empty()
                : Optional.of("Settings tried: "
                        + swept.stream()
                                .map(r -> r.label() + " " + r.trials().size())
                                .collect(Collectors.joining(", "))
                        + "; the figures are those of each row's best.");
    }

    private static Optional<String> estimates(List<ReportRow> rows) {
        List<String> parts = new ArrayList<>();
        for (Figure figure : List.of(Figure.RUN_SECONDS, Figure.TRAINING_SECONDS, Figure.PEAK_MEMORY)) {
            rows.stream()
                    .map(r -> error(r, figure))
                    .filter(OptionalDouble::isPresent)
                    .mapToDouble(OptionalDouble::getAsDouble)
                    .map(Math::abs)
                    .max()
                    .ifPresent(worst -> parts.add(Prose.name(figure) + " within " + Math.round(100 * worst) + " %"));
        }
        return parts.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "Estimated before the first run against measured: " + Prose.list(parts) + " in every row.");
    }

    /** How far an estimate was off: 0.1 for 10 % above what was measured. */
    static OptionalDouble error(ReportRow row, Figure figure) {
        OptionalDouble estimate = row.estimates().get(figure);
        Optional<Spread> measured = row.spread(figure);
        return estimate.isPresent() && measured.isPresent() && measured.get().mean() > 0
                ? OptionalDouble.of(estimate.getAsDouble() / measured.get().mean() - 1)
                : OptionalDouble.empty();
    }
}
