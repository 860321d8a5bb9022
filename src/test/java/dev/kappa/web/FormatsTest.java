package dev.kappa.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaClient.Answer;
import dev.kappa.testing.KappaServer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables and figures in the formats other programs read. */
class FormatsTest {
    private static final KappaClient CLIENT = KappaServer.shared().client();
    private static String tables;
    private static String figures;

    @BeforeAll
    static void aFinishedRun() {
        String run = CLIENT.submit("{\"experiment\": \"counting\", \"seed\": 6}");
        CLIENT.awaitEnd(run);
        tables = "/v1/runs/" + run + "/tables/sums";
        figures = "/v1/runs/" + run + "/figures/sums";
    }

    @Test
    void aTableIsParquetByFormatOrByAccept() throws IOException {
        byte[] parquet = CLIENT.bytes(tables + "?format=parquet");
        assertThat(new String(parquet, 0, 4, StandardCharsets.US_ASCII)).isEqualTo("PAR1");
        assertThat(CLIENT.bytes(tables, "Accept", "application/vnd.apache.parquet")).isEqualTo(parquet);
        Answer answer = CLIENT.get(tables + "?format=PARQUET");
        assertThat(answer.header("Content-Type")).isEqualTo("application/vnd.apache.parquet");
        assertThat(answer.header("Content-Disposition")).contains("-sums.parquet");
        Files.write(Path.of("target", "sums.parquet"), parquet);
    }

    @Test
    void aNumberThatIsNoneIsNamedInJsonAndInCsv() {
        assertThat(CLIENT.get(tables).json().at("/rows/0/2").asString()).isEqualTo("NaN");
        assertThat(CLIENT.get(tables + "?format=csv").text()).contains(",NaN,,false\r\n");
    }

    @Test
    void aFigureIsAPictureOfTheWidthThatIsAskedFor() throws IOException {
        BufferedImage usual = picture(figures + "?format=png");
        assertThat(usual.getWidth()).isEqualTo(1280);
        assertThat(usual.getHeight()).isEqualTo(800);
        BufferedImage small = picture(figures + "?format=png&width=320");
        assertThat(small.getWidth()).isEqualTo(320);
        assertThat(small.getHeight()).isEqualTo(200);
        assertThat(CLIENT.get(figures, "Accept", "image/png").header("Content-Type")).isEqualTo("image/png");
        assertThat(colour(usual, 2, 2)).as("paper").isEqualTo("ffffff");
        assertThat(coloured(usual)).as("pixels of points").isGreaterThan(50);
        ImageIO.write(usual, "png", Path.of("target", "sums.png").toFile());
    }

    @ParameterizedTest
    @ValueSource(strings = {"63", "4097", "-1"})
    void aPictureTooNarrowOrTooWideIsRefusedWithTheBounds(String width) {
        Answer answer = CLIENT.get(figures + "?format=png&width=" + width);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("code").asString()).isEqualTo("invalid_query");
        assertThat(answer.json().get("detail").asString()).contains("'" + width + "'").contains("64 to 4096");
    }

    @Test
    void aFormatThatIsNotOfferedIsRefusedWithThoseThatAre() {
        assertThat(CLIENT.get(tables + "?format=png").json().get("detail").asString()).contains("JSON, CSV, PARQUET");
        assertThat(CLIENT.get(figures + "?format=csv").json().get("detail").asString()).contains("JSON, SVG, PNG");
    }

    private static BufferedImage picture(String path) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(CLIENT.bytes(path)));
    }

    private static String colour(BufferedImage image, int x, int y) {
        return String.format("%06x", image.getRGB(x, y) & 0xffffff);
    }

    /** Of the first series' blue. */
    private static int coloured(BufferedImage image) {
        int found = 0;
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                found += colour(image, x, y).equals("0072b2") ? 1 : 0;
            }
        }
        return found;
    }
}
