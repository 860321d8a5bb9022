package dev.kappa.page;

import dev.kappa.comparison.Comparison;
import dev.kappa.comparison.Comparisons;
import dev.kappa.experiment.Figure;
import dev.kappa.figure.SvgFigure;
import dev.kappa.run.Named;
import dev.kappa.run.Run;
import dev.kappa.run.RunState;
import dev.kappa.run.Runs;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import tools.jackson.databind.JsonNode;

/** Runs side by side. */
@Controller
@RequestMapping("/compare")
class ComparePage {
    private static final int MOST = 8;

    private final Runs runs;
    private final RunCards cards;
    private final Comparisons comparisons;
    private final ComparedGroups groups;

    ComparePage(Runs runs, RunCards cards, Comparisons comparisons, ComparedGroups groups) {
        this.runs = runs;
        this.cards = cards;
        this.comparisons = comparisons;
        this.groups = groups;
    }

    /** A run with the letter that stands for it. */
    record Lettered(String letter, RunCard run) {}

    /** A parameter in which the runs differ. */
    record Differing(String name, List<String> values) {}

    @GetMapping
    String compare(@RequestParam(name = "runs", defaultValue = "") List<String> wanted, Model model) {
        List<Run> all = find(wanted);
        List<Run> found = all.stream().filter(run -> run.state() == RunState.SUCCEEDED).toList();
        Comparison comparison = comparisons.of(found);
        String ids = String.join(",", found.stream().map(Run::id).toList());
        model.addAttribute("runs", letter(cards.of(found)));
        model.addAttribute("unfinished", all.size() - found.size());
        model.addAttribute("differing", comparison.parameters().stream().map(ComparePage::differing).toList());
        model.addAttribute("groups", groups.of(comparison.metrics()));
        model.addAttribute("forced", comparison.warnings().stream().anyMatch(ComparePage::isForced));
        model.addAttribute("warnings", comparison.warnings().stream()
                .filter(warning -> !isForced(warning))
                .map(Comparison.Warning::detail)
                .distinct()
                .toList());
        model.addAttribute("figures", names(found).stream()
                .map(name -> {
                    String source = "/compare/figures/" + name + "?runs=" + ids;
                    return Picture.of(overlay(found, name).orElseThrow(), source, source + "&format=svg");
                })
                .toList());
        return "compare";
    }

    /** A figure of the same name of all runs, as data. */
    @GetMapping("/figures/{name}")
    @ResponseBody
    Figure figure(@PathVariable String name, @RequestParam(name = "runs") List<String> wanted) {
        return overlay(find(wanted), name)
                .orElseThrow(() -> new NotThere("None of these runs has a figure “" + name + "”."));
    }

    @GetMapping(path = "/figures/{name}", params = "format=svg", produces = "image/svg+xml")
    @ResponseBody
    String drawn(@PathVariable String name, @RequestParam(name = "runs") List<String> wanted) {
        return SvgFigure.draw(figure(name, wanted));
    }

    private static boolean isForced(Comparison.Warning warning) {
        return warning.code().equals(Comparison.Warning.FORCED_BY_CALIBRATION);
    }

    private List<Run> find(List<String> ids) {
        if (ids.size() > MOST) {
            throw new NotThere("At most " + MOST + " runs can be compared at once; these are " + ids.size() + ".");
        }
        return ids.stream().distinct().map(cards::find).toList();
    }

    private static List<Lettered> letter(List<RunCard> all) {
        List<Lettered> lettered = new ArrayList<>();
        all.forEach(run -> lettered.add(new Lettered(letter(lettered.size()), run)));
        return lettered;
    }

    private static String letter(int index) {
        return String.valueOf((char) ('A' + index));
    }

    private static Differing differing(Comparison.Parameter parameter) {
        return new Differing(
                parameter.name(),
                parameter.values().stream().map(ComparePage::text).toList());
    }

    private static String text(JsonNode value) {
        return value.isNull() ? "–" : value.isValueNode() ? value.asString() : value.toString();
    }

    private Set<String> names(List<Run> found) {
        Set<String> names = new LinkedHashSet<>();
        found.forEach(run -> runs.figures(run.id()).stream().map(Named::name).forEach(names::add));
        return names;
    }

    private Optional<Figure> overlay(List<Run> found, String name) {
        List<String> letters = new ArrayList<>();
        List<Figure> figures = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            Optional<Figure> figure = runs.figure(found.get(i).id(), name);
            if (figure.isPresent()) {
                letters.add(letter(i));
                figures.add(figure.get());
            }
        }
        return figures.isEmpty() ? Optional.empty() : Optional.of(Overlay.of(letters, figures));
    }
}
