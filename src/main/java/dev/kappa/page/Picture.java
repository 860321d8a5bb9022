package dev.kappa.page;

import dev.kappa.experiment.Figure;
import dev.kappa.figure.SvgFigure;

/**
 * A figure drawn for readers without scripts.
 *
 * @param source address of its data, from which scripts draw it
 * @param download address of it as SVG; empty where it is about to change
 */
record Picture(String name, String title, String svg, String source, String download) {
    static Picture of(Figure figure, String source, String download) {
        return new Picture(figure.name(), figure.title(), SvgFigure.draw(figure), source, download);
    }
}
