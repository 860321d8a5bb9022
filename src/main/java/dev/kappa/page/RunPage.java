package dev.kappa.page;

import dev.kappa.experiment.Figure;
import dev.kappa.run.ArtifactInfo;
import dev.kappa.run.EventLog;
import dev.kappa.run.Json;
import dev.kappa.run.Run;
import dev.kappa.run.RunState;
import dev.kappa.run.Runs;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import tools.jackson.databind.JsonNode;

/** One run: how it stands, what it found, and how to make it again. */
@Controller
@RequestMapping("/runs/{id}")
class RunPage {
    private final Runs runs;
    private final RunCards cards;
    private final ResultsReader results;
    private final EventLog events;
    private final KnownKinds kinds;

    RunPage(Runs runs, RunCards cards, ResultsReader results, EventLog events, KnownKinds kinds) {
        this.runs = runs;
        this.cards = cards;
        this.results = results;
        this.events = events;
        this.kinds = kinds;
    }

    /** A name with its value. */
    record Item(String name, String value) {}

    /** A file with the address that it is at. */
    record Download(String name, String address, String about) {}

    /** What a run left, with the source that registers it. */
    record Left(String name, String kind, String source, List<Download> files) {}

    @GetMapping
    String run(@PathVariable String id, Model model) {
        Run run = cards.find(id);
        standing(run, model);
        model.addAttribute("results", results.of(run));
        model.addAttribute("seen", events.heads(List.of(id)).get(id).seq());
        model.addAttribute("seed", run.seed());
        model.addAttribute("priority", run.priority());
        model.addAttribute("parameters", items(Json.parse(run.parameters()), ""));
        model.addAttribute("provenance", items(Json.parse(run.provenance()), ""));
        model.addAttribute("tables", runs.tables(id).stream()
                .flatMap(named -> runs.table(id, named.name()).stream())
                .map(Excerpt::of)
                .toList());
        model.addAttribute("artifacts", runs.artifacts(id).stream().map(info -> left(id, info)).toList());
        model.addAttribute("parent", run.parent().orElse(""));
        model.addAttribute("verified", run.verified().orElse(null));
        model.addAttribute("finished", run.state() == RunState.SUCCEEDED);
        model.addAttribute("reanalysable", reanalysable(run));
        String origin = ServletUriComponentsBuilder.fromCurrentContextPath().toUriString();
        JsonNode body = Snippets.body(run);
        model.addAttribute("curl", Snippets.curl(origin, body));
        model.addAttribute("python", Snippets.python(origin, body));
        return "run";
    }

    /** How the run stands; asks for the whole page once it has ended. */
    @GetMapping("/live")
    String live(@PathVariable String id, Model model, HttpServletResponse response) {
        Run run = cards.find(id);
        if (run.state().isTerminal()) {
            response.setHeader("HX-Refresh", "true");
        }
        standing(run, model);
        return "run :: live";
    }

    /** What it found so far. */
    @GetMapping("/results")
    String results(@PathVariable String id, Model model) {
        Run run = cards.find(id);
        model.addAttribute("run", cards.of(run));
        model.addAttribute("results", results.of(run));
        return "run :: results";
    }

    /** A figure as it now is, as data: of a page that was drawn before the run ended, the final one. */
    @GetMapping("/figures/{name}")
    @ResponseBody
    Figure figure(@PathVariable String id, @PathVariable String name) {
        return runs.partial(cards.find(id).id()).figures().stream()
                .filter(figure -> figure.name().equals(name))
                .findFirst()
                .or(() -> runs.figure(id, name))
                .orElseThrow(() -> new NotThere("Run “" + id + "” has no figure “" + name + "”."));
    }

    private void standing(Run run, Model model) {
        Instant now = Instant.now();
        model.addAttribute("run", cards.of(run));
        model.addAttribute("blocks", runs.blocks(run.id()).stream()
                .map(block -> BlockLine.of(run.id(), block, now))
                .toList());
    }

    private boolean reanalysable(Run run) {
        return run.state() == RunState.SUCCEEDED
                && kinds.find(run.experiment()).filter(kind -> !kind.concludingParameters().isEmpty()).isPresent();
    }

    private static Left left(String run, ArtifactInfo info) {
        return new Left(
                info.name(),
                info.kind(),
                "run:" + run + "/" + info.name(),
                info.files().stream()
                        .map(file -> new Download(
                                file.name(),
                                "/v1/runs/" + run + "/artifacts/" + info.name() + "/" + file.name(),
                                Numbers.bytes(file.bytes()) + ", SHA-256 " + file.sha256()))
                        .toList());
    }

    /** Leaves of a document by their path. */
    private static List<Item> items(JsonNode node, String path) {
        if (node.isObject()) {
            return node.properties().stream()
                    .flatMap(entry ->
                            items(entry.getValue(), path.isEmpty() ? entry.getKey() : path + "." + entry.getKey()).stream())
                    .toList();
        }
        if (node.isArray()) {
            List<String> values = node.valueStream()
                    .map(value -> value.isValueNode() ? value.asString() : value.toString())
                    .toList();
            return List.of(new Item(path, String.join("\n", values)));
        }
        return List.of(new Item(path, node.asString()));
    }
}
