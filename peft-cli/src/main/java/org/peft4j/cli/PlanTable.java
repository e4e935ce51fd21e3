package org.peft4j.cli;

import java.util.ArrayList;
import java.util.List;
import org.peft4j.compare.ComparisonPlan;

/** Prints what a comparison is going to take. */
final class PlanTable {
    private static final List<String> HEAD = List.of("row", "trains", "runs", "a run", "memory", "all of it");

    private final Screen screen;

    PlanTable(Screen screen) {
        this.screen = screen;
    }

    void show(ComparisonPlan plan) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(HEAD);
        plan.rows().forEach(row -> lines.add(line(row)));
        int[] widths = new int[HEAD.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < line.size() && i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        screen.out().println(screen.bold("Plan") + " (estimates; memory is the most that a run holds)");
        for (List<String> line : lines) {
            String text = text(line, widths);
            screen.out().println(line == HEAD ? screen.bold(text) : text);
        }
        for (ComparisonPlan.Planned row : plan.rows()) {
            row.problem().ifPresent(why -> screen.warn(row.row().label() + " is left out: " + why));
        }
        double all = plan.rows().stream()
                .mapToDouble(ComparisonPlan.Planned::seconds)
                .sum();
        String rest = plan.remainingSeconds() < all - 1
                ? "; " + Text.time(plan.remainingSeconds()) + " of it are left, the rest is finished"
                : "";
        screen.out()
                .println("About " + Text.time(all) + rest + ". A run may take " + Text.bytes(plan.memoryLimit())
                        + " of memory.");
        screen.out().println();
    }

    private static List<String> line(ComparisonPlan.Planned row) {
        if (row.problem().isPresent()) {
            return List.of(row.row().label(), Text.count(row.trainable()), "0", "", "", "left out");
        }
        String trials = row.trials() > 0 ? row.trials() + " to tune + " : "";
        return List.of(
                row.row().label(),
                row.row().trained() ? Text.count(row.trainable()) : "nothing",
                trials + row.runs(),
                Text.time(row.run().seconds()),
                Double.isFinite(row.run().bytes()) ? Text.bytes((long) row.run().bytes()) : "unknown",
                Text.time(row.seconds()));
    }

    private static String text(List<String> line, int[] widths) {
        StringBuilder text = new StringBuilder("  ");
        for (int i = 0; i < line.size(); i++) {
            String cell = line.get(i);
            String gap = " ".repeat(widths[i] - cell.length());
            text.append(i == 0 ? cell + gap : "   " + gap + cell);
        }
        return text.toString();
    }
}
