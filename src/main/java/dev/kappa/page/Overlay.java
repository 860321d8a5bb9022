package dev.kappa.page;

import dev.kappa.experiment.Figure;
import java.util.ArrayList;
import java.util.List;

/** Figures of several runs laid over one another. */
final class Overlay {
    private Overlay() {}

    /**
     * One figure of all that have the same name; axes and title are the first one's.
     *
     * @param letters the runs' names in the legend
     */
    static Figure of(List<String> letters, List<Figure> figures) {
        Figure first = figures.get(0);
        List<Figure.Series> series = new ArrayList<>();
        List<Figure.Line> lines = new ArrayList<>();
        for (int i = 0; i < figures.size(); i++) {
            String letter = letters.get(i) + ": ";
            for (Figure.Series s : figures.get(i).series()) {
                series.add(new Figure.Series(letter + s.label(), s.style(), s.x(), s.y(), s.low(), s.high()));
            }
            for (Figure.Line line : figures.get(i).lines()) {
                lines.add(new Figure.Line(letter + line.label(), line.axis(), line.value()));
            }
        }
        return new Figure(first.name(), first.title(), first.x(), first.y(), series, lines);
    }
}
