package dev.kappa.page;

import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Table;
import dev.kappa.figure.SvgFigure;
import dev.kappa.run.ArtifactInfo;
import dev.kappa.run.Json;
import dev.kappa.run.Run;
import dev.kappa.run.Runs;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import tools.jackson.databind.JsonNode;

/** One run: how it stands, what it found, and how to make it again. */
@Controller
@RequestMapping("/runs/{id}")
class RunPage {
    private static final int ROWS = 10;

    private final Runs runs;
    private final RunCards cards;
    private final Words words;

    RunPage(Runs runs, RunCards cards, Words words) {
        this.runs = runs;
        this.cards = cards;
        this.words = words;
    }

    /** A figure drawn for readers without scripts. */
    record Picture(String name, String title, String svg) {
        static Picture of(Figure figure) {
            return new Picture(figure.name(), figure.title(), SvgFigure.draw(figure));
        }
    }

    /** The beginning of a table. */
    record Excerpt(String name, String title, List<String> columns, List<List<String>> rows, int more) {
        static Excerpt of(Table table) {
            return new Excerpt(
                    table.name(),
                    table.title(),
                    table.columns().stream().map(Words::plain).toList(),
                    table.rows().stream()
                            .limit(ROWS)
                            .map(row -> row.stream().map(Excerpt::cell).toList())
                            .toList(),
                    Math.max(0, table.rows().size() - ROWS));
        }

        private static String cell(Object value) {
            return value == null ? "" : value instanceof Number number ? Numbers.of(number.doubleValue()) : value.toString();
        }
    }

    /** A name with its value. */
    record Item(String name, String value) {}

    /** What a run left, with the source that registers it. */
    record Left(String name, String kind, String source, List<Item> files) {}

    @GetMapping
    String run(@PathVariable String id, Model model) {
        Run run = find(id);
        model.addAttribute("run", cards.of(run));
        model.addAttribute("seed", run.seed());
        model.addAttribute("priority", run.priority());
        model.addAttribute("code", run.code().orElse(""));
        model.addAttribute("parameters", items(Json.parse(run.parameters()), ""));
        model.addAttribute("provenance", items(Json.parse(run.provenance()), ""));
        model.addAttribute("metrics", MetricGroup.of(runs.metrics(id), words));
        model.addAttribute("figures", runs.figures(id).stream()
                .flatMap(named -> runs.figure(id, named.name()).stream())
                .map(Picture::of)
                .toList());
        model.addAttribute("tables", runs.tables(id).stream()
                .flatMap(named -> runs.table(id, named.name()).stream())
                .map(Excerpt::of)
                .toList());
        model.addAttribute("artifacts", runs.artifacts(id).stream().map(info -> left(id, info)).toList());
        String origin = ServletUriComponentsBuilder.fromCurrentContextPath().toUriString();
        JsonNode body = Snippets.body(run);
        model.addAttribute("curl", Snippets.curl(origin, body));
        model.addAttribute("python", Snippets.python(origin, body));
        return "run";
    }

    /** The part that changes while the run goes on; asks for the whole page once it has ended. */
    @GetMapping("/live")
    String live(@PathVariable String id, Model model, HttpServletResponse response) {
        RunCard card = cards.of(find(id));
        if (card.ended()) {
            response.setHeader("HX-Refresh", "true");
        }
        model.addAttribute("run", card);
        return "run :: live";
    }

    @PostMapping("/cancel")
    String cancel(@PathVariable String id) {
        find(id);
        runs.cancel(id);
        return "redirect:/runs/{id}";
    }

    private Run find(String id) {
        return runs.find(id).orElseThrow(() -> new NotThere("There is no run “" + id + "”."));
    }

    private static Left left(String run, ArtifactInfo info) {
        return new Left(
                info.name(),
                info.kind(),
                "run:" + run + "/" + info.name(),
                info.files().stream()
                        .map(file -> new Item(file.name(), Numbers.bytes(file.bytes()) + ", SHA-256 " + file.sha256()))
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
