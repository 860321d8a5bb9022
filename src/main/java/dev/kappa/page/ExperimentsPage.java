package dev.kappa.page;

import dev.kappa.experiment.Experiment;
import dev.kappa.run.Experiments;
import java.util.List;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** What each kind of experiment answers, and how to read its numbers. */
@Controller
class ExperimentsPage {
    private final Experiments experiments;

    ExperimentsPage(Experiments experiments) {
        this.experiments = experiments;
    }

    /** @param reading the template on how to read it; empty where there is none */
    record Reading(String kind, String title, String answers, String reading) {}

    @GetMapping("/experiments")
    String experiments(Model model) {
        List<Reading> readings = experiments.all().stream()
                .map(kind -> reading(kind.experiment()))
                .toList();
        model.addAttribute("kinds", readings);
        return "experiments";
    }

    private static Reading reading(Experiment<?> kind) {
        String template = "kinds/" + kind.kind();
        boolean there = new ClassPathResource("templates/" + template + ".html").exists();
        return new Reading(kind.kind(), kind.title(), kind.answers(), there ? template : "");
    }
}
