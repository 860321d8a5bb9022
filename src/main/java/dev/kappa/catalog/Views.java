package dev.kappa.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kappa.corpus.CorpusKind;
import dev.kappa.corpus.PairLength;
import dev.kappa.corpus.PairSelection;
import dev.kappa.fault.Fault;
import dev.kappa.lm.Architecture;
import dev.kappa.lm.HookPoint;
import dev.kappa.sae.SaeShape;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.stereotype.Component;

/** Entries as the API shows them. */
@Component
public class Views {
    /** The state of an entry; a {@link Download} has others. */
    private static final String READY = "ready";

    private final Opened opened;

    Views(Opened opened) {
        this.opened = opened;
    }

    /**
     * A model.
     *
     * @param problem why it cannot be used now, such as files that are gone; the sizes are absent then
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Model(
            String id,
            String state,
            String source,
            boolean bundled,
            String hash,
            long bytes,
            Instant createdAt,
            Optional<Architecture> architecture,
            Optional<ModelFacts.TokenizerFacts> tokenizer,
            Optional<Problem> problem) {}

    /** A dictionary. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Sae(
            String id,
            String state,
            String source,
            boolean bundled,
            String hash,
            long bytes,
            Instant createdAt,
            Optional<String> format,
            Optional<String> activation,
            Optional<Integer> dIn,
            Optional<Integer> width,
            Optional<String> hook,
            Optional<Boolean> skipsStart,
            Optional<Long> residentBytes,
            boolean saelensCompat,
            Optional<Problem> problem) {}

    /**
     * A corpus.
     *
     * @param items documents, sequences or pairs in the file
     * @param available where a model was named: what a run can have
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Corpus(
            String id,
            String state,
            String source,
            boolean bundled,
            String hash,
            long bytes,
            Instant createdAt,
            CorpusKind kind,
            long items,
            Optional<Long> maxTokens,
            Optional<PairLength> pairLength,
            Optional<Available> available) {}

    /**
     * What a run can have of a corpus.
     *
     * @param read of pairs, how many are in the file
     * @param dropped of pairs, how many do not suit the model's tokenizer, by reason
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Available(
            String model,
            int length,
            int items,
            Optional<Integer> read,
            Optional<Map<PairSelection.Reason, Integer>> dropped) {}

    /** Why something cannot be used now. */
    @Schema(name = "Trouble")
    public record Problem(String code, String detail) {}

    Model model(Entry entry) {
        Looked<Architecture> looked = look(entry, any -> opened.model(any).architecture());
        return new Model(
                entry.id(),
                READY,
                entry.source(),
                entry.bundled(),
                entry.hash(),
                entry.bytes(),
                entry.createdAt(),
                looked.found(),
                ((ModelFacts) entry.facts()).tokenizer(),
                looked.problem());
    }

    Sae sae(Entry entry) {
        Looked<SaeShape> looked = look(entry, opened::shape);
        Optional<SaeShape> shape = looked.found();
        return new Sae(
                entry.id(),
                READY,
                entry.source(),
                entry.bundled(),
                entry.hash(),
                entry.bytes(),
                entry.createdAt(),
                shape.map(SaeShape::format),
                shape.map(SaeShape::activation),
                shape.map(SaeShape::dIn),
                shape.map(SaeShape::width),
                shape.flatMap(SaeShape::hook).map(HookPoint::toString),
                shape.map(SaeShape::skipsStart),
                shape.map(SaeShape::bytes),
                ((SaeFacts) entry.facts()).saelensCompat(),
                looked.problem());
    }

    Corpus corpus(Entry entry, Optional<Available> available) {
        CorpusFacts facts = (CorpusFacts) entry.facts();
        boolean documents = facts.kind() == CorpusKind.TEXT || facts.kind() == CorpusKind.JSONL;
        return new Corpus(
                entry.id(),
                READY,
                entry.source(),
                entry.bundled(),
                entry.hash(),
                entry.bytes(),
                entry.createdAt(),
                facts.kind(),
                facts.items(),
                documents ? Optional.of(facts.maxTokens()) : Optional.empty(),
                facts.kind() == CorpusKind.PAIRS ? Optional.of(facts.pairLength()) : Optional.empty(),
                available);
    }

    private record Looked<T>(Optional<T> found, Optional<Problem> problem) {}

    private static <T> Looked<T> look(Entry entry, Function<Entry, T> reader) {
        try {
            return new Looked<>(Optional.of(reader.apply(entry)), Optional.empty());
        } catch (Fault fault) {
            return new Looked<>(Optional.empty(), Optional.of(new Problem(fault.code(), fault.getMessage())));
        }
    }
}
