package org.peft4j.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A scale of a picture, linear or logarithmic, with round ticks. */
final class Axis {
    private static final double[] FEW = {1, 2, 5};
    private static final double[] MANY = {1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9};

    private final double from;
    private final double to;
    private final boolean log;
    private final List<Double> ticks;

    private Axis(double from, double to, boolean log, int most) {
        this.from = from;
        this.to = to;
        this.log = log;
        this.ticks = log ? logTicks(most) : linearTicks(most);
    }

    /**
     * An axis that shows all these values with some room at both ends: logarithmic where the largest is more than so
     * many times the smallest.
     *
     * @param most ticks
     */
    static Axis of(double least, double greatest, double logFrom, int most) {
        if (least > 0 && greatest / least > logFrom) {
            double room = Math.pow(greatest / least, 0.06);
            return new Axis(least / room, greatest * room, true, most);
        }
        double room = greatest > least ? 0.06 * (greatest - least) : Math.max(1e-9, Math.abs(least) * 0.1);
        double from = least >= 0 ? Math.max(0, least - room) : least - room;
        return new Axis(from, greatest + room, false, most);
    }

    /** An axis from 0, for steps and time. */
    static Axis fromZero(double greatest, int most) {
        return new Axis(0, greatest > 0 ? greatest : 1, false, most);
    }

    boolean log() {
        return log;
    }

    /** Where a value is: 0 at the axis' start, 1 at its end. */
    double at(double value) {
        double place =
                log ? Math.log(Math.max(value, 1e-300) / from) / Math.log(to / from) : (value - from) / (to - from);
        return Math.max(-0.02, Math.min(1.02, place));
    }

    List<Double> ticks() {
        return ticks;
    }

    private List<Double> linearTicks(int most) {
        double step = Math.pow(10, Math.floor(Math.log10((to - from) / most)));
        for (double factor : new double[] {1, 2, 5, 10}) {
            if ((to - from) / (step * factor) <= most) {
                step *= factor;
                break;
            }
        }
        List<Double> found = new ArrayList<>();
        for (long i = (long) Math.ceil(from / step - 1e-9); i * step <= to * (1 + 1e-12); i++) {
            found.add(i * step);
        }
        return found;
    }

    private List<Double> logTicks(int most) {
        List<Double> tens = multiples(new double[] {1});
        List<Double> few = multiples(FEW);
        List<Double> many = multiples(MANY);
        List<Double> chosen = many.size() <= most ? many : few.size() <= most ? few : tens;
        if (chosen.size() < 2) {
            chosen = few.size() >= 2 ? few : many;
        }
        while (chosen.size() > most) {
            List<Double> half = new ArrayList<>();
            for (int i = 0; i < chosen.size(); i += 2) {
                half.add(chosen.get(i));
            }
            chosen = half;
        }
        return chosen;
    }

    private List<Double> multiples(double[] factors) {
        List<Double> found = new ArrayList<>();
        for (int power = (int) Math.floor(Math.log10(from)); power <= Math.log10(to); power++) {
            for (double factor : factors) {
                double value = factor * Math.pow(10, power);
                if (value >= from && value <= to) {
                    found.add(value);
                }
            }
        }
        return found;
    }

    /** A tick's text: as few digits as it needs, thousands as k, millions as M. */
    static String label(double value) {
        double size = Math.abs(value);
        if (size >= 1e9) {
            return plain(value / 1e9) + " G";
        }
        if (size >= 1e6) {
            return plain(value / 1e6) + " M";
        }
        return size >= 1e4 ? plain(value / 1e3) + " k" : plain(value);
    }

    private static String plain(double value) {
        String text = String.format(Locale.ROOT, "%.6f", value);
        text = text.replaceAll("0+$", "").replaceAll("\\.$", "");
        return text.equals("-0") ? "0" : text;
    }
}
