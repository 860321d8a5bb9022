package dev.kappa.figure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.experiment.Figure;
import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class SvgFigureTest {
    private static Figure figure(double[] x, double[] y) {
        return new Figure(
                "counts",
                "Counts <of> features & more",
                Figure.Axis.log("width", "features"),
                Figure.Axis.log("count", ""),
                List.of(
                        new Figure.Series("N_rep", "line_points", x, y, y.clone(), y.clone()),
                        Figure.Series.of("N_causal", "points", x, y)),
                List.of(new Figure.Line("κ̂", "y", 300)));
    }

    private static Document parsed(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)));
    }

    @Test
    void everyPointOfASeriesIsDrawnAndNamed() throws Exception {
        Document svg = parsed(SvgFigure.draw(figure(new double[] {128, 1024, 8192}, new double[] {90, 400, 900})));
        assertThat(svg.getElementsByTagName("circle").getLength()).isEqualTo(6);
        assertThat(svg.getDocumentElement().getTextContent()).contains("N_rep", "N_causal", "κ̂", "width (features)");
        assertThat(svg.getDocumentElement().getAttribute("aria-label")).isEqualTo("Counts <of> features & more");
    }

    @Test
    void valuesThatALogarithmicAxisCannotShowAreLeftOut() throws Exception {
        Document svg = parsed(SvgFigure.draw(
                figure(new double[] {1, 2, 3, 4}, new double[] {0, Double.NaN, Double.POSITIVE_INFINITY, 5})));
        assertThat(svg.getElementsByTagName("circle").getLength()).isEqualTo(2);
    }

    @Test
    void aFigureWithoutDataIsStillAFigure() throws Exception {
        assertThat(parsed(SvgFigure.draw(figure(new double[0], new double[0]))).getElementsByTagName("rect").getLength())
                .isEqualTo(1);
    }

    @Test
    void ticksAreRoundNumbersInsideTheAxis() {
        assertThat(Scale.over(false, new double[] {0, 97}, 0, 1).ticks()).contains(0.0, 20.0, 40.0, 60.0, 80.0, 100.0);
        assertThat(Scale.over(true, new double[] {100, 1e5}, 0, 1).ticks())
                .allSatisfy(tick -> assertThat(Math.log10(tick)).isCloseTo(Math.rint(Math.log10(tick)), org.assertj.core.data.Offset.offset(1e-9)));
        assertThat(Scale.label(16384)).isEqualTo("16,384");
        assertThat(Scale.label(2.5e-7)).isEqualTo("2.5e-7");
        assertThat(Scale.label(0.125)).isEqualTo("0.125");
    }
}
