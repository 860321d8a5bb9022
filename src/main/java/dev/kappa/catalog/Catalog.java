package dev.kappa.catalog;

import dev.kappa.corpus.CorpusKind;
import dev.kappa.corpus.CorpusReader;
import dev.kappa.corpus.Pair;
import dev.kappa.corpus.PairSelection;
import dev.kappa.corpus.SeededOrder;
import dev.kappa.corpus.Sequence;
import dev.kappa.experiment.Needs;
import dev.kappa.experiment.Needs.Items;
import dev.kappa.experiment.Shapes;
import dev.kappa.fault.Fault;
import dev.kappa.lm.Architecture;
import dev.kappa.lm.ModelFolder;
import dev.kappa.sae.SaeFolder;
import dev.kappa.sae.SaeShape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Service;

/**
 * The registered things by id, as runs read them. Nothing here touches a device. What another server registered is
 * fetched before its files are read: {@code fetch_failed} where that cannot be, {@code being_fetched} where it takes longer.
 */
@Service
public class Catalog {
    private final Entries entries;
    private final Registry registry;
    private final Fetcher fetcher;
    private final Opened opened;
    private final CorpusReader corpora;

    Catalog(Entries entries, Registry registry, Fetcher fetcher, Opened opened, CorpusReader corpora) {
        this.entries = entries;
        this.registry = registry;
        this.fetcher = fetcher;
        this.opened = opened;
        this.corpora = corpora;
    }

    /**
     * The sizes of what a run names. A name that is not registered, a corpus that yields too few items or a
     * length beyond the model's context is a user fault that says what would be accepted.
     */
    public Shapes shapes(Needs needs) {
        Map<String, SaeShape> saes = new LinkedHashMap<>();
        needs.saes().forEach(id -> saes.put(id, saeShape(id)));
        return new Shapes(
                needs.model().map(this::architecture),
                saes,
                needs.corpus().map(items -> count(needs, items)).orElse(0),
                readsPairs(needs));
    }

    /**
     * The run's sequences in its order: one permutation of all that the corpus has, drawn from the seed alone,
     * of which the first {@code count} are taken.
     */
    public List<Sequence> sequences(Needs needs, long seed) {
        Items items = items(needs);
        return corpora.sequences(
                opened.corpus(here(Shelf.CORPUS, items.corpus())),
                opened.tokens(model(needs)),
                items.length(),
                count(needs, items),
                seed);
    }

    /** The run's pairs in its order, drawn like {@link #sequences}. */
    public List<Pair> pairs(Needs needs, long seed) {
        Items items = items(needs);
        List<Pair> all = selection(needs, items).pairs();
        return Arrays.stream(SeededOrder.first(count(needs, items), all.size(), seed))
                .mapToObj(all::get)
                .toList();
    }

    /** Which pairs of the corpus of these needs suit their model, and why the others do not. */
    public PairSelection pairSelection(Needs needs) {
        return selection(needs, items(needs));
    }

    /** True where the corpus of these needs holds pairs, false where it holds sequences or none is named. */
    public boolean readsPairs(Needs needs) {
        return needs.corpus()
                .map(items -> facts(require(Shelf.CORPUS, items.corpus())).kind() == CorpusKind.PAIRS)
                .orElse(false);
    }

    /**
     * What a run reads, by content: SHA-256 under {@code model:<id>}, {@code tokenizer:<id>}, {@code sae:<id>} and
     * {@code corpus:<id>}; beside it, under {@code …_options:<id>}, how it is read.
     */
    public Map<String, String> provenance(Needs needs) {
        Map<String, String> hashes = new LinkedHashMap<>();
        needs.model().map(id -> require(Shelf.MODEL, id)).ifPresent(entry -> {
            hashes.put("model:" + entry.id(), entry.hash());
            ((ModelFacts) entry.facts())
                    .tokenizer()
                    .ifPresent(tokenizer -> hashes.put("tokenizer:" + entry.id(), tokenizer.hash()));
        });
        needs.saes().stream().map(id -> require(Shelf.SAE, id)).forEach(entry -> {
            SaeFacts facts = (SaeFacts) entry.facts();
            hashes.put("sae:" + entry.id(), entry.hash());
            if (facts.saelensCompat()) {
                hashes.put("sae_options:" + entry.id(), "saelens_compat");
            }
        });
        needs.corpus().map(items -> require(Shelf.CORPUS, items.corpus())).ifPresent(entry -> {
            CorpusFacts facts = facts(entry);
            hashes.put("corpus:" + entry.id(), entry.hash());
            hashes.put("corpus_options:" + entry.id(), options(facts));
        });
        return hashes;
    }

    public Architecture architecture(String model) {
        return model(model).architecture();
    }

    public ModelFolder model(String id) {
        return opened.model(here(Shelf.MODEL, id));
    }

    public SaeShape saeShape(String id) {
        return opened.shape(here(Shelf.SAE, id));
    }

    public SaeFolder sae(String id) {
        return opened.sae(here(Shelf.SAE, id));
    }

    /** Whether an id is registered. */
    public boolean has(Shelf shelf, String id) {
        return entries.find(shelf, id).isPresent();
    }

    /** SHA-256 of what an id stands for now. */
    public String hash(Shelf shelf, String id) {
        return require(shelf, id).hash();
    }

    /** How many sequences or pairs a run of these needs can have at most. */
    Available available(Needs needs, Items items) {
        Entry corpus = here(Shelf.CORPUS, items.corpus());
        if (facts(corpus).kind() == CorpusKind.PAIRS) {
            PairSelection selection = selection(needs, items);
            return new Available(selection.pairs().size(), Optional.of(selection));
        }
        Entry model = model(needs);
        int context = opened.model(model).architecture().contextLength();
        if (items.length() > context) {
            throw Fault.user(
                    "sequence_too_long",
                    "sequences of length " + items.length() + " were asked for, but model '" + model.id()
                            + "' has a context of " + context + " tokens");
        }
        int sequences = corpora.available(opened.corpus(corpus), opened.tokens(model), items.length());
        return new Available(sequences, Optional.empty());
    }

    /** Items for a model and length; of pairs also how the file's pairs were sorted out. */
    record Available(int items, Optional<PairSelection> pairs) {}

    private int count(Needs needs, Items items) {
        Available available = available(needs, items);
        String dropped = available.pairs()
                .map(pairs -> " (of " + pairs.read() + " in the file; left out: " + pairs.dropped() + ")")
                .orElse("");
        String what = "corpus '" + items.corpus() + "' has " + available.items()
                + (available.pairs().isPresent() ? " pairs" : " sequences") + " of length " + items.length()
                + " for model '" + needs.model().orElse("") + "'" + dropped;
        if (available.items() == 0) {
            throw Fault.user("corpus_empty", what);
        }
        if (items.count() > available.items()) {
            throw Fault.user("too_few_items", items.count() + " were asked for, but " + what);
        }
        return items.count() == 0 ? available.items() : items.count();
    }

    private PairSelection selection(Needs needs, Items items) {
        Entry corpus = here(Shelf.CORPUS, items.corpus());
        Entry model = model(needs);
        int context = opened.model(model).architecture().contextLength();
        int longest = items.length() == 0 ? context : Math.min(items.length(), context);
        return corpora.pairs(opened.corpus(corpus), opened.tokens(model), facts(corpus).pairLength(), longest);
    }

    private Entry model(Needs needs) {
        return here(
                Shelf.MODEL,
                needs.model()
                        .orElseThrow(() -> Fault.user(
                                "model_missing", "a corpus is read with a model's tokenizer, but no model is named")));
    }

    private static Items items(Needs needs) {
        return needs.corpus().orElseThrow(() -> Fault.internal("no_corpus", "this experiment names no corpus", null));
    }

    private static CorpusFacts facts(Entry corpus) {
        return (CorpusFacts) corpus.facts();
    }

    private static String options(CorpusFacts facts) {
        return switch (facts.kind()) {
            case TEXT, JSONL -> facts.kind().label() + ", at most " + facts.maxTokens() + " tokens";
            case TOKENS -> facts.kind().label();
            case PAIRS -> facts.kind().label() + ", lengths: " + facts.pairLength();
        };
    }

    /** With its files on this server. */
    private Entry here(Shelf shelf, String id) {
        return fetcher.here(require(shelf, id));
    }

    private Entry require(Shelf shelf, String id) {
        return entries.find(shelf, id)
                .orElseThrow(() -> Fault.user("unknown_" + shelf.label(), registry.unknown(shelf, id)));
    }
}
