package dev.kappa.page;

import dev.kappa.experiment.Experiment;
import dev.kappa.run.Json;
import dev.kappa.run.Reanalyses;
import dev.kappa.run.Rejection;
import dev.kappa.run.Run;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/** A form of the settings that only a run's conclusion reads: with others its tallies may say something else. */
@Controller
@RequestMapping("/runs/{id}/reanalyse")
class ReanalysePage {
    private final RunCards cards;
    private final KnownKinds kinds;
    private final Reanalyses reanalyses;

    ReanalysePage(RunCards cards, KnownKinds kinds, Reanalyses reanalyses) {
        this.cards = cards;
        this.kinds = kinds;
        this.reanalyses = reanalyses;
    }

    @GetMapping
    ModelAndView form(@PathVariable String id) {
        Run run = cards.find(id);
        return page(run, ReanalyseForm.of(kind(run), Json.parse(run.parameters())), HttpStatus.OK);
    }

    @PostMapping
    ModelAndView submit(@PathVariable String id, @RequestParam Map<String, String> texts) {
        Run run = cards.find(id);
        try {
            return new ModelAndView("redirect:/runs/"
                    + reanalyses.submit(run, ReanalyseForm.body(kind(run), texts)).id());
        } catch (Rejection rejection) {
            FormErrors errors = new FormErrors(rejection.reasons());
            return page(run, ReanalyseForm.rejected(kind(run), texts, errors), HttpStatus.UNPROCESSABLE_CONTENT);
        }
    }

    private ModelAndView page(Run run, ReanalyseForm form, HttpStatus status) {
        return new ModelAndView("reanalyse", Map.of("run", cards.of(run), "form", form), status);
    }

    private Experiment<?> kind(Run run) {
        return kinds.require(run.experiment());
    }
}
