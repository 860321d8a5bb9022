package dev.kappa.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.kappa.corpus.CorpusFile;
import dev.kappa.corpus.CorpusKind;
import dev.kappa.corpus.CorpusReader;
import dev.kappa.corpus.CorpusReader.Tokens;
import dev.kappa.corpus.Pair;
import dev.kappa.corpus.PairLength;
import dev.kappa.corpus.PairSelection;
import dev.kappa.lm.Hooks;
import dev.kappa.lm.LanguageModel;
import dev.kappa.lm.ModelFolder;
import dev.kappa.lm.Tokenizer;
import dev.kappa.tensor.Scope;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("torch")
class BundledPairsTest {
    private static final Path BUNDLED = Path.of("src/main/resources/bundled");

    @TempDir
    Path folder;

    /** With a second noun in between, a model this small follows the nearer noun: it agrees at chance. */
    @ParameterizedTest
    @CsvSource({"agreement, 3, 0.75", "agreement-attractor, 6, 0.45"})
    void the_bundled_model_reads_enough_pairs_of_one_length(String name, int length, double agreeing) {
        ModelFolder model = ModelFolder.open(BUNDLED.resolve("models/stories-neox"));
        try (Tokenizer tokenizer = model.tokenizer();
                LanguageModel resident = model.load(Device.cpu());
                Scope scope = Scope.open(Device.cpu())) {
            ModelEncoding encoding =
                    new ModelEncoding(tokenizer, model.architecture().vocabulary());
            CorpusFile corpus = new CorpusFile(
                    BUNDLED.resolve("pairs/" + name + ".json"), name, CorpusKind.PAIRS, CorpusFile.DEFAULT_LIMIT);
            PairSelection selection =
                    new CorpusReader(folder).pairs(corpus, new Tokens(encoding, "t"), PairLength.COMMON, 64);
            List<Pair> pairs = selection.pairs();

            assertThat(pairs).as("%s", selection.dropped()).hasSizeGreaterThanOrEqualTo(200);
            assertThat(pairs).allSatisfy(pair -> assertThat(pair.clean()).hasSize(length));
            assertThat(agreeing(resident, scope, pairs, length)).isGreaterThan(agreeing);
        }
    }

    /** The share of pairs whose clean answer has the higher logit after the clean prefix. */
    private static double agreeing(LanguageModel model, Scope scope, List<Pair> pairs, int length) {
        long[][] tokens = pairs.stream()
                .map(pair -> Arrays.stream(pair.clean()).asLongStream().toArray())
                .toArray(long[][]::new);
        NDArray logits = model.forward(scope.manager().create(tokens), Hooks.none()).get(":, " + (length - 1));
        float[] values = logits.toFloatArray();
        int vocabulary = model.architecture().vocabulary();
        long right = 0;
        for (int i = 0; i < pairs.size(); i++) {
            Pair pair = pairs.get(i);
            if (values[i * vocabulary + pair.cleanAnswer()] > values[i * vocabulary + pair.patchAnswer()]) {
                right++;
            }
        }
        System.out.printf("%d pairs, of which %.0f %% agree%n", pairs.size(), 100.0 * right / pairs.size());
        return (double) right / pairs.size();
    }
}
