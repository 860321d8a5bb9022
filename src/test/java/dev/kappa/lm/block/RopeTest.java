package dev.kappa.lm.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The expected frequencies were computed independently in f64; f32 agrees to six digits. */
class RopeTest {
    private static final double SIX_DIGITS = 1e-4; // percent

    @TempDir
    Path folder;

    @Test
    void pythiaRotatesAQuarterOfEachHead() {
        float[] inverse = new Rope(10_000, 0.25, Optional.empty()).inverseFrequencies(64);

        assertThat(inverse).hasSize(8);
        assertThat(inverse[0]).isEqualTo(1);
        assertThat((double) inverse[1]).isCloseTo(0.316227766, withinPercentage(SIX_DIGITS));
        assertThat((double) inverse[2]).isCloseTo(0.1, withinPercentage(SIX_DIGITS));
        assertThat((double) inverse[3]).isCloseTo(0.0316227766, withinPercentage(SIX_DIGITS));
    }

    @Test
    void llama3KeepsHighFrequenciesStretchesLowOnesAndBlendsBetween() {
        Rope rope = new Rope(500_000, 1, Optional.of(new Rope.Llama3Scaling(8, 1, 4, 8192)));
        float[] inverse = rope.inverseFrequencies(128);

        Map<Integer, Double> expected = Map.of(
                1, 0.814617234,
                28, 0.00321144599,
                29, 0.00216657076,
                30, 0.00137189357,
                31, 0.000856751413,
                32, 0.000524846161,
                33, 0.00031269375,
                34, 0.000178507813,
                35, 9.55621235e-05,
                63, 3.06892599e-07);
        assertThat(inverse).hasSize(64);
        expected.forEach((j, value) -> assertThat((double) inverse[j])
                .as("j = " + j)
                .isCloseTo(value, withinPercentage(SIX_DIGITS)));
    }

    @Test
    void oldAndNewSpellingsMeanTheSame() {
        Rope old = read("""
                {"rotary_pct": 0.5, "rotary_emb_base": 500, "rope_scaling": {"type": "llama3", "factor": 8,
                 "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 256}}""");
        Rope recent = read("""
                {"rope_parameters": {"partial_rotary_factor": 0.5, "rope_theta": 500.0, "rope_type": "llama3",
                 "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                 "original_max_position_embeddings": 256}}""");

        assertThat(old).isEqualTo(recent);
    }

    @Test
    void anAbsentScalingIsNone() {
        assertThat(read("{\"rope_scaling\": null}")).isEqualTo(new Rope(10_000, 0.25, Optional.empty()));
    }

    @Test
    void twoSpellingsThatDisagreeAreRefused() {
        assertRefused("{\"rope_theta\": 1000, \"rope_parameters\": {\"rope_theta\": 500}}", "config_malformed", "500");
    }

    @Test
    void anotherScalingIsRefusedByName() {
        assertRefused(
                "{\"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 2}}",
                "unsupported_model",
                "rope_type 'yarn' is not supported; accepted: default, llama3");
    }

    @Test
    void parametersPerLayerTypeAreRefused() {
        assertRefused(
                "{\"rope_parameters\": {\"full_attention\": {\"rope_theta\": 500}}}",
                "unsupported_model",
                "full_attention");
    }

    @Test
    void anOddNumberOfRotatedDimensionsIsRefused() {
        Rope rope = new Rope(10_000, 0.25, Optional.empty());

        assertThatThrownBy(() -> rope.inverseFrequencies(12))
                .hasMessageContaining("rotates 3 of a head's 12 dimensions");
    }

    private void assertRefused(String json, String code, String detail) {
        assertThatThrownBy(() -> read(json))
                .hasMessageContaining(detail)
                .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo(code));
    }

    private Rope read(String json) {
        try {
            return Rope.read(ConfigFile.read(Files.writeString(folder.resolve("config.json"), json)), 10_000, 0.25);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
