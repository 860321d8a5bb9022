package dev.kappa.page;

import dev.kappa.run.Experiments;
import dev.kappa.run.Run;
import dev.kappa.run.RunFilter;
import dev.kappa.run.RunState;
import dev.kappa.run.Runs;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.util.UriComponentsBuilder;

/** The list of runs, which refreshes itself where scripts run. */
@Controller
class RunsPage {
    private static final int PAGE = 50;

    private final Runs runs;
    private final RunCards cards;
    private final Experiments experiments;

    RunsPage(Runs runs, RunCards cards, Experiments experiments) {
        this.runs = runs;
        this.cards = cards;
        this.experiments = experiments;
    }

    /** A choice of a filter. */
    record Choice(String value, String words, boolean chosen) {}

    /**
     * @param state name of a state, or empty for all
     * @param experiment kind, or empty for all
     * @param after id that the page before ended with
     */
    @GetMapping("/")
    String runs(
            @RequestParam(defaultValue = "") String state,
            @RequestParam(defaultValue = "") String experiment,
            @RequestParam Optional<String> after,
            Model model) {
        Optional<RunState> wanted = state(state);
        List<Run> found = runs.list(
                PAGE + 1, after, RunFilter.of(wanted, Optional.of(experiment).filter(kind -> !kind.isEmpty())));
        List<Run> page = found.subList(0, Math.min(PAGE, found.size()));
        model.addAttribute("runs", cards.of(page));
        model.addAttribute("states", states(wanted));
        model.addAttribute("kinds", kinds(experiment));
        model.addAttribute("filtered", wanted.isPresent() || !experiment.isEmpty());
        model.addAttribute("first", after.isEmpty());
        model.addAttribute("here", link(wanted, experiment, after));
        model.addAttribute("newest", link(wanted, experiment, Optional.empty()));
        if (found.size() > PAGE) {
            model.addAttribute("older", link(wanted, experiment, Optional.of(page.get(PAGE - 1).id())));
        }
        return "runs";
    }

    private static Optional<RunState> state(String name) {
        return Arrays.stream(RunState.values())
                .filter(state -> state.name().equalsIgnoreCase(name))
                .findFirst();
    }

    private static List<Choice> states(Optional<RunState> chosen) {
        return Arrays.stream(RunState.values())
                .map(state -> new Choice(
                        state.name(), RunCard.word(state), chosen.filter(state::equals).isPresent()))
                .toList();
    }

    private List<Choice> kinds(String chosen) {
        return experiments.all().stream()
                .map(kind -> kind.experiment())
                .map(kind -> new Choice(kind.kind(), kind.title(), kind.kind().equals(chosen)))
                .toList();
    }

    private static String link(Optional<RunState> state, String experiment, Optional<String> after) {
        UriComponentsBuilder link = UriComponentsBuilder.fromPath("/");
        state.ifPresent(name -> link.queryParam("state", name));
        if (!experiment.isEmpty()) {
            link.queryParam("experiment", experiment);
        }
        after.ifPresent(id -> link.queryParam("after", id));
        return link.encode().build().toUriString();
    }
}
