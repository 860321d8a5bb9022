package dev.kappa.page;

import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Metric;
import dev.kappa.figure.SvgFigure;
import dev.kappa.run.Named;
import dev.kappa.run.Run;
import dev.kappa.run.Runs;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;

/** Runs side by side. */
@Controller
@RequestMapping("/compare")
class ComparePage {
    private static final int MOST = 8;

    private final Runs runs;
    private final RunCards cards;
    private final MetricRows metrics;

    ComparePage(Runs runs, RunCards cards, MetricRows metrics) {
        this.runs = runs;
        this.cards = cards;
        this.metrics = metrics;
    }

    /** A run with the letter that stands for it. */
    record Lettered(String letter, RunCard run) {}

    /** A run's value of a metric. */
    record Cell(boolean there, String value, String exact, String interval, String level, String bar, boolean forced) {}

    /** A metric of all runs. */
    record Line(String name, String label, String meaning, String about, List<Cell> cells, List<Words.Flag> flags, boolean forced) {}

    /** A figure of all runs that have it. */
    record Overlay(RunPage.Picture picture, String source) {}

    @GetMapping
    String compare(@RequestParam(name = "runs", defaultValue = "") List<String> wanted, Model model) {
        List<Run> found = find(wanted);
        List<List<Metric>> all = found.stream().map(run -> runs.metrics(run.id())).toList();
        List<Line> lines = lines(all);
        String ids = String.join(",", found.stream().map(Run::id).toList());
        model.addAttribute("runs", letter(cards.of(found)));
        model.addAttribute("lines", lines);
        model.addAttribute("forced", lines.stream().anyMatch(Line::forced));
        model.addAttribute("figures", names(found).stream()
                .map(name -> new Overlay(
                        RunPage.Picture.of(overlay(found, name).orElseThrow()), "/compare/figures/" + name + "?runs=" + ids))
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

    private List<Run> find(List<String> ids) {
        if (ids.size() > MOST) {
            throw new NotThere("At most " + MOST + " runs can be compared at once; these are " + ids.size() + ".");
        }
        return ids.stream()
                .distinct()
                .map(id -> runs.find(id).orElseThrow(() -> new NotThere("There is no run “" + id + "”.")))
                .toList();
    }

    private static List<Lettered> letter(List<RunCard> all) {
        List<Lettered> lettered = new ArrayList<>();
        all.forEach(run -> lettered.add(new Lettered(letter(lettered.size()), run)));
        return lettered;
    }

    private static String letter(int index) {
        return String.valueOf((char) ('A' + index));
    }

    private List<Line> lines(List<List<Metric>> all) {
        List<Line> lines = new ArrayList<>();
        Map<Comparison.Key, List<Optional<Metric>>> aligned = Comparison.align(all);
        aligned.forEach((key, values) -> {
            List<Metric> present = values.stream().flatMap(Optional::stream).toList();
            IntervalBar bar = IntervalBar.over(present);
            MetricRows.MetricRow first = metrics.row(present.get(0));
            List<Cell> cells = values.stream().map(value -> cell(value, bar)).toList();
            List<Words.Flag> flags = present.stream()
                    .flatMap(metric -> metrics.row(metric).flags().stream())
                    .distinct()
                    .toList();
            lines.add(new Line(
                    key.name(),
                    first.label(),
                    first.meaning(),
                    first.about(),
                    cells,
                    flags,
                    cells.stream().anyMatch(Cell::forced)));
        });
        return lines;
    }

    private Cell cell(Optional<Metric> metric, IntervalBar bar) {
        if (metric.isEmpty()) {
            return new Cell(false, "", "", "", "", "", false);
        }
        MetricRows.MetricRow row = metrics.row(metric.get());
        boolean forced = metric.get().flags().stream().anyMatch(flag -> flag.startsWith("forced"));
        return new Cell(true, row.value(), row.exact(), row.interval(), row.level(), bar.draw(metric), forced);
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
        return figures.isEmpty() ? Optional.empty() : Optional.of(Comparison.overlay(letters, figures));
    }
}
