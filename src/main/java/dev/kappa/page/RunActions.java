package dev.kappa.page;

import dev.kappa.run.Run;
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
    private final Verifications verifications;

    RunActions(Runs runs, Verifications verifications) {
        this.runs = runs;
        this.verifications = verifications;
    }

    @PostMapping("/cancel")
    String cancel(@PathVariable String id) {
        runs.cancel(find(id).id());
        return "redirect:/runs/{id}";
    }

    /** Measures it again; leads to the run that does. */
    @PostMapping("/verify")
    String verify(@PathVariable String id) {
        return "redirect:/runs/" + verifications.submit(find(id)).id();
    }

    private Run find(String id) {
        return runs.find(id).orElseThrow(() -> NotThere.run(id));
    }
}
