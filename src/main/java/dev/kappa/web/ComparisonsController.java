package dev.kappa.web;

import dev.kappa.catalog.Refusal;
import dev.kappa.comparison.Comparison;
import dev.kappa.comparison.Comparisons;
import dev.kappa.fault.Refuses;
import dev.kappa.run.Run;
import dev.kappa.run.RunState;
import io.swagger.v3.oas.annotations.Operation;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Runs side by side. */
@RestController
@RequestMapping("/v1/comparisons")
class ComparisonsController {
    private static final int FEWEST = 2;
    private static final int MOST = 20;

    private final RunViews views;
    private final Comparisons comparisons;

    ComparisonsController(RunViews views, Comparisons comparisons) {
        this.views = views;
        this.comparisons = comparisons;
    }

    /** @param ids of runs that have succeeded, separated by commas; the first is what the others are compared with */
    @Operation(summary = "Runs side by side")
    @Refuses(status = 400, codes = "invalid_query")
    @Refuses(status = 404, codes = "unknown_run")
    @Refuses(status = 409, codes = "run_without_findings")
    @GetMapping
    Comparison compare(@RequestParam("runs") List<String> ids) {
        if (ids.size() < FEWEST || ids.size() > MOST || ids.stream().distinct().count() < ids.size()) {
            throw QueryValues.invalid(
                    "runs", String.join(",", ids), FEWEST + " to " + MOST + " different ids of runs, separated by commas");
        }
        return comparisons.of(ids.stream().map(this::finished).toList());
    }

    private Run finished(String id) {
        Run run = views.find(id);
        if (run.state() != RunState.SUCCEEDED) {
            throw Refusal.conflict(
                    "run_without_findings",
                    "run '" + id + "' is " + run.state() + "; only runs that are SUCCEEDED have numbers to compare");
        }
        return run;
    }
}
