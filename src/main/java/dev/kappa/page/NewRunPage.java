package dev.kappa.page;

import dev.kappa.catalog.Listing;
import dev.kappa.catalog.Shelf;
import dev.kappa.experiment.Experiment;
import dev.kappa.fault.Category;
import dev.kappa.fault.Fault;
import dev.kappa.run.Json;
import dev.kappa.run.Rejection;
import dev.kappa.run.Run;
import dev.kappa.run.RunPlan;
import dev.kappa.run.Runs;
import dev.kappa.run.Submissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/** A form for each experiment, made from its published schema and filled with its working example. */
@Controller
@RequestMapping("/new")
class NewRunPage {
    private final KnownKinds kinds;
    private final Submissions submissions;
    private final Runs runs;
    private final Listing listing;

    NewRunPage(KnownKinds kinds, Submissions submissions, Runs runs, Listing listing) {
        this.kinds = kinds;
        this.submissions = submissions;
        this.runs = runs;
        this.listing = listing;
    }

    /** A kind that can be chosen. */
    record Offer(String kind, String title, String answers) {}

    @GetMapping
    ModelAndView choose() {
        List<Offer> offers = kinds.all().stream()
                .map(kind -> new Offer(kind.kind(), kind.title(), kind.answers()))
                .toList();
        return new ModelAndView("choose", Map.of("offers", offers));
    }

    @GetMapping(params = "experiment")
    ModelAndView example(@RequestParam String experiment) {
        Experiment<?> kind = kinds.require(experiment);
        return form(RunForm.of(kind, Json.tree(kind.example()), Optional.empty()), HttpStatus.OK);
    }

    /** The form as a run was asked for. */
    @GetMapping(params = "from")
    ModelAndView again(@RequestParam String from) {
        Run run = runs.find(from).orElseThrow(() -> NotThere.run(from));
        return form(
                RunForm.of(kinds.require(run.experiment()), Json.parse(run.parameters()), Optional.of(run)), HttpStatus.OK);
    }

    @PostMapping
    ModelAndView submit(@RequestParam String experiment, @RequestParam Map<String, String> texts) {
        Experiment<?> kind = kinds.require(experiment);
        try {
            if (texts.containsKey("plan")) {
                return planned(kind, texts);
            }
            return new ModelAndView("redirect:/runs/" + submissions.submit(RunForm.body(kind, texts)).id());
        } catch (Rejection rejection) {
            return rejected(kind, texts, rejection.reasons());
        } catch (Fault fault) {
            if (fault.category() == Category.INTERNAL) {
                throw fault;
            }
            return rejected(kind, texts, List.of(new Rejection.Reason("", fault.code(), fault.getMessage())));
        }
    }

    private ModelAndView planned(Experiment<?> kind, Map<String, String> texts) {
        RunPlan plan = submissions.plan(RunForm.body(kind, texts));
        List<RunPage.Item> items = new ArrayList<>();
        items.add(new RunPage.Item("blocks", Numbers.of(plan.blocks()) + (plan.sequential() ? ", one after another" : "")));
        items.add(new RunPage.Item(
                "on a device",
                Numbers.bytes(plan.bytes()) + ": weights " + Numbers.bytes(plan.weightBytes()) + ", activations "
                        + Numbers.bytes(plan.activationBytes())));
        items.add(new RunPage.Item("to be loaded", Numbers.bytes(plan.missingBytes())));
        items.add(new RunPage.Item("operations", Numbers.of(plan.flops()) + " floating-point operations"));
        items.add(new RunPage.Item(
                "device time",
                plan.deviceSeconds()
                        .map(seconds -> "about " + Numbers.duration(Duration.ofMillis((long) (1000 * seconds))))
                        .orElse("not known: no run of this kind has been measured here")));
        ModelAndView page = form(RunForm.rejected(kind, texts, FormErrors.NONE), HttpStatus.OK);
        page.addObject("plan", items);
        return page;
    }

    private ModelAndView rejected(Experiment<?> kind, Map<String, String> texts, List<Rejection.Reason> reasons) {
        return form(RunForm.rejected(kind, texts, new FormErrors(reasons)), HttpStatus.UNPROCESSABLE_CONTENT);
    }

    private ModelAndView form(RunForm form, HttpStatus status) {
        ModelAndView page = new ModelAndView("new", status);
        page.addObject("form", form);
        page.addObject("suggestions", Map.of(
                "models", listing.ids(Shelf.MODEL),
                "saes", listing.ids(Shelf.SAE),
                "corpora", listing.ids(Shelf.CORPUS)));
        return page;
    }
}
