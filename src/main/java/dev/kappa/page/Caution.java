package dev.kappa.page;

import dev.kappa.page.MetricGroup.Remark;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a reader must know before quoting numbers.
 *
 * @param of the metrics that it is about
 */
record Caution(Words.Flag flag, String of) {
    private static final List<String> GRAVEST_FIRST = List.of("caution", "note", "good");

    /** Each flag once, with all that it is about; the gravest first. */
    static List<Caution> of(List<MetricGroup> groups) {
        Map<Words.Flag, List<String>> about = new LinkedHashMap<>();
        for (MetricGroup group : groups) {
            for (Remark remark : group.remarks()) {
                String subject = remark.of().isEmpty() ? group.label() : group.label() + " (" + remark.of() + ")";
                about.computeIfAbsent(remark.flag(), any -> new ArrayList<>()).add(subject);
            }
        }
        return about.entrySet().stream()
                .map(entry -> new Caution(entry.getKey(), String.join(" · ", entry.getValue())))
                .sorted(Comparator.comparingInt(caution -> GRAVEST_FIRST.indexOf(caution.flag().tone())))
                .toList();
    }
}
