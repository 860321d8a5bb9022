package dev.kappa.catalog;

import dev.kappa.catalog.ModelFacts.TokenizerFacts;
import dev.kappa.corpus.CorpusFile;
import dev.kappa.corpus.CorpusKind;
import dev.kappa.fault.Fault;
import dev.kappa.lm.ModelFolder;
import dev.kappa.lm.Tokenizer;
import dev.kappa.sae.SaeFolder;
import dev.kappa.sae.SaeOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Opens what is about to be registered with the reader that will open it later, and hashes it. What the reader
 * refuses is refused with the reader's own words.
 */
final class Inspector {
    private Inspector() {}

    static Inspection inspect(Registration registration, Path location) {
        if (!Files.exists(location)) {
            throw Fault.user("file_missing", "'" + location + "' does not exist");
        }
        if (registration instanceof Registration.Corpus corpus) {
            return corpus(corpus, location);
        }
        if (registration instanceof Registration.Dictionary dictionary) {
            return dictionary(dictionary, location);
        }
        return model(location);
    }

    private static Inspection model(Path location) {
        requireFolder(location);
        ModelFolder model = ModelFolder.open(location);
        Contents contents = Layout.contents(Shelf.MODEL, location);
        if (!model.hasTokenizer()) {
            return new Inspection(location, contents, new ModelFacts(Optional.empty()));
        }
        Contents tokenizerContents = Contents.of(location, Layout.tokenizer(location));
        try (Tokenizer tokenizer = model.tokenizer()) {
            return new Inspection(
                    location,
                    contents,
                    new ModelFacts(Optional.of(new TokenizerFacts(
                            tokenizerContents.hash(), tokenizer.startToken(), tokenizer.eosToken()))));
        }
    }

    private static Inspection dictionary(Registration.Dictionary registration, Path location) {
        SaeFacts facts = new SaeFacts(
                registration.parsedHook(),
                origin(registration.source()),
                registration.saelensCompat());
        SaeFolder.open(location, options(facts));
        return new Inspection(location, Layout.contents(Shelf.SAE, location), facts);
    }

    static SaeOptions options(SaeFacts facts) {
        return new SaeOptions(facts.origin(), facts.saelensCompat());
    }

    /** A path on this machine tells for itself; only a hub's says more than the folder it is kept in. */
    private static String origin(String source) {
        return Source.parse(source) instanceof Source.Hub hub ? hub.reference().path() : "";
    }

    private static Inspection corpus(Registration.Corpus registration, Path location) {
        Path file = Layout.corpus(location);
        CorpusKind kind = registration.kind() == null ? CorpusFile.detect(file) : CorpusKind.of(registration.kind());
        long items = CorpusFile.check(file, kind);
        return new Inspection(
                file,
                Layout.contents(Shelf.CORPUS, file),
                new CorpusFacts(kind, items, registration.limit(), registration.length()));
    }

    private static void requireFolder(Path location) {
        if (!Files.isDirectory(location)) {
            throw Fault.user("model_incomplete", "'" + location + "' is not a folder with config.json and weights");
        }
    }
}
