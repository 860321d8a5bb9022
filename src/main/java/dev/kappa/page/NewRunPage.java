package dev.kappa.page;

import dev.kappa.catalog.Listing;
import dev.kappa.catalog.Shelf;
import dev.kappa.experiment.Experiment;
import dev.kappa.fault.Category;
import dev.kappa.fault.Fault;
import dev.kappa.run.Json;
import dev.kappa.run.Rejection;
import dev.kappa.run.Run;
import dev.kappa.run.Submissions;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A form for each experiment, made from its published schema and filled with its working example. */
@Controller
@RequestMapping("/new")
class NewRunPage {
    private final KnownKinds kinds;
    private final Submissions submissions;
    private final RunCards cards;
    private final Listing listing;

    NewRunPage(KnownKinds kinds, Submissions submissions, RunCards cards, Listing listing) {
        this.kinds = kinds;
        this.submissions = submissions;
        this.cards = cards;
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
        JsonNode parameters = Json.tree(kind.example());
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("experiment", kind.kind());
        body.set("parameters", parameters);
        return form(RunForm.of(kind, parameters, Optional.empty()), cost(body), HttpStatus.OK);
    }

    /** The form as a run was asked for. */
    @GetMapping(params = "from")
    ModelAndView again(@RequestParam String from) {
        Run run = cards.find(from);
        Experiment<?> kind = kinds.require(run.experiment());
        RunForm form = RunForm.of(kind, Json.parse(run.parameters()), Optional.of(run));
        return form(form, cost(Snippets.body(run)), HttpStatus.OK);
    }

    @PostMapping
    ModelAndView submit(@RequestParam String experiment, @RequestParam Map<String, String> texts) {
        Experiment<?> kind = kinds.require(experiment);
        JsonNode body = RunForm.body(kind, texts);
        try {
            if (texts.containsKey("plan")) {
                Cost cost = Cost.of(submissions.plan(body));
                return form(RunForm.rejected(kind, texts, FormErrors.NONE), cost, HttpStatus.OK);
            }
            return new ModelAndView("redirect:/runs/" + submissions.submit(body).id());
        } catch (Rejection | Fault refusal) {
            return rejected(kind, texts, reasons(refusal));
        }
    }

    /** What the run would cost as the form now stands. */
    @PostMapping("/plan")
    ModelAndView plan(@RequestParam String experiment, @RequestParam Map<String, String> texts) {
        return new ModelAndView("new :: cost", Map.of("cost", cost(RunForm.body(kinds.require(experiment), texts))));
    }

    private Cost cost(JsonNode body) {
        try {
            return Cost.of(submissions.plan(body));
        } catch (Rejection | Fault refusal) {
            return Cost.none(reasons(refusal).get(0).detail());
        }
    }

    /** What is wrong with the request; a mistake of the server is thrown on. */
    private static List<Rejection.Reason> reasons(RuntimeException refusal) {
        if (refusal instanceof Rejection rejection) {
            return rejection.reasons();
        }
        if (refusal instanceof Fault fault && fault.category() != Category.INTERNAL) {
            return List.of(new Rejection.Reason("", fault.code(), fault.getMessage()));
        }
        throw refusal;
    }

    private ModelAndView rejected(Experiment<?> kind, Map<String, String> texts, List<Rejection.Reason> reasons) {
        RunForm form = RunForm.rejected(kind, texts, new FormErrors(reasons));
        return form(form, Cost.none(reasons.get(0).detail()), HttpStatus.UNPROCESSABLE_CONTENT);
    }

    private ModelAndView form(RunForm form, Cost cost, HttpStatus status) {
        Map<String, List<String>> registered = Map.of(
                "models", listing.ids(Shelf.MODEL),
                "saes", listing.ids(Shelf.SAE),
                "corpora", listing.ids(Shelf.CORPUS));
        return new ModelAndView("new", Map.of("form", form, "cost", cost, "suggestions", registered), status);
    }
}
