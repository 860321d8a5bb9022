package dev.kappa.page;

import dev.kappa.run.Runs;
import dev.kappa.run.Verifications;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;

/** What can be asked of a run by a button. */
@Controller
@RequestMapping("/runs/{id}")
class RunActions {
    private final Runs runs;
    private final RunCards cards;
    private final Verifications verifications;

    RunActions(Runs runs, RunCards cards, Verifications verifications) {
        this.runs = runs;
        this.cards = cards;
        this.verifications = verifications;
    }

    @PostMapping("/cancel")
    String cancel(@PathVariable String id) {
        runs.cancel(cards.find(id).id());
        return "redirect:/runs/{id}";
    }

    /** Measures it again; leads to the run that does. */
    @PostMapping("/verify")
    String verify(@PathVariable String id) {
        return "redirect:/runs/" + verifications.submit(cards.find(id)).id();
    }
}
