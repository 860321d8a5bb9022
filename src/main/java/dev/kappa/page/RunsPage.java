package dev.kappa.page;

import dev.kappa.catalog.Listing;
import dev.kappa.catalog.Shelf;
import dev.kappa.run.QueueReader;
import dev.kappa.run.Run;
import dev.kappa.run.RunState;
import dev.kappa.run.Runs;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** The list of runs, which refreshes itself where scripts run. */
@Controller
class RunsPage {
    private static final int PAGE = 50;

    private final Runs runs;
    private final RunCards cards;
    private final KnownKinds kinds;
    private final Listing listing;
    private final QueueReader queue;

    RunsPage(Runs runs, RunCards cards, KnownKinds kinds, Listing listing, QueueReader queue) {
        this.runs = runs;
        this.cards = cards;
        this.kinds = kinds;
        this.listing = listing;
        this.queue = queue;
    }

    /** A choice of a filter. */
    record Choice(String value, String words, boolean chosen) {}

    @GetMapping("/")
    String runs(RunsQuery query, Model model) {
        List<Run> found = runs.list(PAGE + 1, Optional.ofNullable(query.after()), query.filter());
        List<Run> page = found.subList(0, Math.min(PAGE, found.size()));
        model.addAttribute("runs", cards.of(page));
        model.addAttribute("waiting", QueueLine.of(queue.read()));
        model.addAttribute("query", query);
        model.addAttribute("states", states(query));
        model.addAttribute("kinds", kinds(query));
        model.addAttribute("models", listing.ids(Shelf.MODEL));
        model.addAttribute("here", query.link());
        model.addAttribute("newest", query.after(null).link());
        if (found.size() > PAGE) {
            model.addAttribute("older", query.after(page.get(PAGE - 1).id()).link());
        }
        return "runs";
    }

    private static List<Choice> states(RunsQuery query) {
        return Arrays.stream(RunState.values())
                .map(state -> new Choice(state.name(), RunCard.word(state), state.name().equalsIgnoreCase(query.state())))
                .toList();
    }

    private List<Choice> kinds(RunsQuery query) {
        return kinds.all().stream()
                .map(kind -> new Choice(kind.kind(), kind.title(), kind.kind().equals(query.experiment())))
                .toList();
    }
}
