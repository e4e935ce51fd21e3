package org.peft4j.report;

/** The frame of a picture as SVG: axes, ticks, titles; and where values lie in it. */
final class Plot {
    /** A picture's size and margins, in its own units. */
    record Size(
            double width, double height, double left, double right, double top, double bottom, int ticksX, int ticksY) {
        /** For a page of a desk: room at the right for names. */
        static final Size WIDE = new Size(920, 400, 56, 190, 40, 48, 8, 7);

        /** As that, with names beside the marks. */
        static final Size SCATTER = new Size(920, 420, 56, 110, 40, 48, 9, 7);
        /** For a phone: names are in the legend. */
        static final Size NARROW = new Size(330, 320, 46, 14, 34, 46, 4, 6);

        boolean named() {
            return this != NARROW;
        }
    }

    private final Size size;
    private final Axis x;
    private final Axis y;
    private final StringBuilder out = new StringBuilder();

    Plot(Size size, Axis x, Axis y) {
        this.size = size;
        this.x = x;
        this.y = y;
    }

    double x(double value) {
        return size.left() + x.at(value) * (size.width() - size.left() - size.right());
    }

    double y(double value) {
        return size.height() - size.bottom() - y.at(value) * (size.height() - size.top() - size.bottom());
    }

    double bottom() {
        return size.height() - size.bottom();
    }

    double end() {
        return size.width() - size.right();
    }

    Size size() {
        return size;
    }

    /** Adds markup. */
    Plot add(String markup) {
        out.append(markup);
        return this;
    }

    /** Starts the picture: its name for those who don't see it, grid, ticks and titles of the axes. */
    Plot open(String name, String titleX, String titleY, double unitX, double unitY) {
        add("<svg class=\"plot " + (size.named() ? "wide" : "narrow") + "\" role=\"img\" aria-label=\""
                + Html.text(name) + "\" viewBox=\"0 0 " + Html.number(size.width()) + " " + Html.number(size.height())
                + "\">");
        for (double tick : y.ticks()) {
            String at = Html.number(y(tick));
            add("<line class=\"grid\" x1=\"" + Html.number(size.left()) + "\" x2=\"" + Html.number(end()) + "\" y1=\""
                    + at + "\" y2=\"" + at + "\"/>");
            label(size.left() - 8, y(tick) + 4, "end", "tick", Axis.label(tick / unitY));
        }
        for (double tick : x.ticks()) {
            String at = Html.number(x(tick));
            add("<line class=\"axis\" x1=\"" + at + "\" x2=\"" + at + "\" y1=\"" + Html.number(bottom()) + "\" y2=\""
                    + Html.number(bottom() + 5) + "\"/>");
            label(x(tick), bottom() + 19, "middle", "tick", Axis.label(tick / unitX));
        }
        add("<line class=\"axis\" x1=\"" + Html.number(size.left()) + "\" x2=\"" + Html.number(end()) + "\" y1=\""
                + Html.number(bottom()) + "\" y2=\"" + Html.number(bottom()) + "\"/>");
        label(size.left() - (size.named() ? 40 : 36), 14, "start", "title", titleY + (y.log() ? ", log scale" : ""));
        label(end(), size.height() - 6, "end", "title", titleX + (x.log() ? ", log scale" : "") + " \u2192");
        return this;
    }

    Plot label(double atX, double atY, String anchor, String kind, String text) {
        return add("<text class=\"" + kind + "\" x=\"" + Html.number(atX) + "\" y=\"" + Html.number(atY)
                + "\" text-anchor=\"" + anchor + "\">" + Html.text(text) + "</text>");
    }

    String close() {
        return out.append("</svg>").toString();
    }
}
