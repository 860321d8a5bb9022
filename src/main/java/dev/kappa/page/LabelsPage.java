package dev.kappa.page;

import dev.kappa.run.Json;
import dev.kappa.run.Labels;
import dev.kappa.run.Rejection;
import dev.kappa.run.Rejection.Reason;
import dev.kappa.run.Run;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/** The labels of a run as lines of {@code name=value}. */
@Controller
@RequestMapping("/runs/{id}/labels")
class LabelsPage {
    private final RunCards cards;
    private final Labels labels;

    LabelsPage(RunCards cards, Labels labels) {
        this.cards = cards;
        this.labels = labels;
    }

    @GetMapping
    ModelAndView form(@PathVariable String id) {
        Run run = cards.find(id);
        return page(run, LabelLines.text(run.labels()), List.of(), HttpStatus.OK);
    }

    /** Those that are not among the lines are taken away. */
    @PostMapping
    ModelAndView change(@PathVariable String id, @RequestParam String lines) {
        Run run = cards.find(id);
        Map<String, String> change = new HashMap<>();
        run.labels().keySet().forEach(name -> change.put(name, null));
        change.putAll(LabelLines.labels(lines));
        try {
            labels.change(id, Json.tree(Map.of("labels", change)));
            return new ModelAndView("redirect:/runs/" + id);
        } catch (Rejection rejection) {
            List<String> errors = rejection.reasons().stream().map(Reason::detail).toList();
            return page(run, lines, errors, HttpStatus.UNPROCESSABLE_CONTENT);
        }
    }

    private ModelAndView page(Run run, String lines, List<String> errors, HttpStatus status) {
        return new ModelAndView("labels", Map.of("run", cards.of(run), "lines", lines, "errors", errors), status);
    }
}
