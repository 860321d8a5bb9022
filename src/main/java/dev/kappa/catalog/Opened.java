package dev.kappa.catalog;

import dev.kappa.corpus.CorpusFile;
import dev.kappa.corpus.CorpusReader.Tokens;
import dev.kappa.fault.Fault;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.ModelFolder;
import dev.kappa.sae.SaeFolder;
import dev.kappa.sae.SaeShape;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** Registered things as their readers open them: configurations, shapes and tokenizers, and no weights. Each once. */
@Component
class Opened {
    private final Fetcher fetcher;
    private final Map<String, ModelFolder> models = new ConcurrentHashMap<>();
    private final Map<String, Tokens> tokenizers = new ConcurrentHashMap<>();
    private final Map<String, SaeFolder> dictionaries = new ConcurrentHashMap<>();

    Opened(Fetcher fetcher) {
        this.fetcher = fetcher;
    }

    ModelFolder model(Entry entry) {
        requireUntouched(entry);
        return models.computeIfAbsent(key(entry), any -> ModelFolder.open(entry.location()));
    }

    /** The model's tokenizer; of a model without one, something that knows the vocabulary and refuses text. */
    Tokens tokens(Entry entry) {
        ModelFolder model = model(entry);
        int vocabulary = model.architecture().vocabulary();
        return ((ModelFacts) entry.facts())
                .tokenizer()
                .map(facts -> tokenizers.computeIfAbsent(
                        key(entry) + facts.hash(),
                        any -> new Tokens(new ModelEncoding(model.tokenizer(), vocabulary), facts.hash())))
                .orElseGet(() -> new Tokens(new IdsOnly(entry.id(), vocabulary), "none"));
    }

    SaeFolder sae(Entry entry) {
        requireUntouched(entry);
        SaeFacts facts = (SaeFacts) entry.facts();
        return dictionaries.computeIfAbsent(
                key(entry) + facts, any -> SaeFolder.open(entry.location(), Inspector.options(facts)));
    }

    /** The shape, with the hook of the registration where that names one. */
    SaeShape shape(Entry entry) {
        SaeShape shape = sae(entry).shape();
        Optional<HookPoint> hook = ((SaeFacts) entry.facts()).hook().map(HookPoint::parse);
        return new SaeShape(
                shape.format(),
                shape.activation(),
                shape.dIn(),
                shape.width(),
                hook.or(shape::hook),
                shape.skipsStart(),
                shape.bytes());
    }

    CorpusFile corpus(Entry entry) {
        requireUntouched(entry);
        CorpusFacts facts = (CorpusFacts) entry.facts();
        return new CorpusFile(entry.location(), entry.hash(), facts.kind(), facts.maxTokens());
    }

    private static String key(Entry entry) {
        return entry.hash() + " " + entry.location();
    }

    /** The hash in a run's provenance must be that of what the run read. */
    private void requireUntouched(Entry entry) {
        String what = entry.shelf().label() + " '" + entry.id() + "'";
        if (!Files.exists(entry.location())) {
            throw fetcher.fetches(entry)
                    ? Fault.user("not_fetched", what + " is fetched from " + entry.source() + " when a run here first names it")
                    : Fault.user("file_missing", what + " is gone from '" + entry.location() + "'");
        }
        if (!Layout.fingerprint(entry.shelf(), entry.location()).equals(entry.fingerprint())) {
            throw Fault.user(
                    "changed_since_registration",
                    "the files of " + what + " at '" + entry.location()
                            + "' have changed since they were registered; delete it and register it again");
        }
    }
}
