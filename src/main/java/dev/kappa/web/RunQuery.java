package dev.kappa.web;

import dev.kappa.run.Labels;
import dev.kappa.run.RunFilter;
import dev.kappa.run.RunState;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.springframework.util.MultiValueMap;

/** The filters of a list of runs, as a query has them; what is not known there is refused. */
final class RunQuery {
    private static final String LABEL = "label.";
    private static final Pattern KEY = Pattern.compile(Labels.NAME);
    private static final Pattern DATE_TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\d[Tt]\\d\\d:\\d\\d:.*");
    private static final Set<String> KNOWN =
            Set.of("page_size", "page_token", "state", "experiment", "model", "created_after", "view");

    private RunQuery() {}

    /** How much of each run a list has. */
    enum View {
        BASIC,
        FULL
    }

    static RunFilter filter(MultiValueMap<String, String> query) {
        query.forEach(RunQuery::requireKnown);
        Map<String, String> labels = new TreeMap<>();
        query.forEach((name, values) -> {
            if (name.startsWith(LABEL)) {
                labels.put(key(name, values), values.get(0));
            }
        });
        return new RunFilter(
                one(query, "state").map(name -> QueryValues.oneOf(RunState.class, "state", name)),
                one(query, "experiment"),
                one(query, "model"),
                labels,
                one(query, "created_after").map(RunQuery::instant));
    }

    private static Optional<String> one(MultiValueMap<String, String> query, String name) {
        return Optional.ofNullable(query.getFirst(name));
    }

    private static void requireKnown(String name, List<String> values) {
        if (!KNOWN.contains(name) && !name.startsWith(LABEL)) {
            throw QueryValues.unknown(name, String.join(", ", new TreeSet<>(KNOWN)) + ", label.<key>");
        }
        if (values.size() > 1) {
            throw QueryValues.invalid(name, String.join("' and '", values), "one value");
        }
    }

    private static String key(String name, List<String> values) {
        String key = name.substring(LABEL.length());
        if (!KEY.matcher(key).matches()) {
            throw QueryValues.invalid(name, values.get(0), "a label's name of 1 to 64 characters a-z 0-9 _ . - after 'label.'");
        }
        return key;
    }

    private static Instant instant(String text) {
        try {
            if (DATE_TIME.matcher(text).matches()) {
                return OffsetDateTime.parse(text).toInstant();
            }
        } catch (DateTimeParseException e) {
            // Said below.
        }
        throw QueryValues.invalid("created_after", text, "a time as RFC 3339 has it, such as 2026-11-26T08:00:00Z");
    }
}
