package dev.kappa.web;

import dev.kappa.catalog.Refusal;
import dev.kappa.experiment.Experiment;
import dev.kappa.fault.Refuses;
import dev.kappa.run.Experiments;
import dev.kappa.run.Json;
import dev.kappa.run.Kind;
import dev.kappa.run.ParameterSchema;
import io.swagger.v3.oas.annotations.Operation;
import java.util.List;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** The kinds of experiment. */
@RestController
@RequestMapping("/v1/experiments")
class ExperimentsController {
    private final Experiments experiments;

    ExperimentsController(Experiments experiments) {
        this.experiments = experiments;
    }

    /**
     * @param parameters their JSON schema
     * @param example a body that POST /v1/runs accepts as it stands
     */
    record ExperimentView(
            String experiment, String title, String answers, Map<String, Object> parameters, ExampleView example) {}

    record ExampleView(String experiment, JsonNode parameters) {}

    record ExperimentsView(List<ExperimentView> experiments) {}

    @Operation(summary = "Every kind of experiment")
    @GetMapping
    ExperimentsView list() {
        return new ExperimentsView(
                experiments.all().stream().map(ExperimentsController::view).toList());
    }

    @Operation(summary = "A kind of experiment")
    @Refuses(status = 404, codes = "unknown_experiment")
    @GetMapping("/{name}")
    ExperimentView get(@PathVariable String name) {
        return experiments.find(name)
                .map(ExperimentsController::view)
                .orElseThrow(() -> Refusal.notFound("unknown_experiment", "there is no experiment '" + name + "'"));
    }

    private static ExperimentView view(Kind<?> kind) {
        Experiment<?> experiment = kind.experiment();
        return new ExperimentView(
                experiment.kind(),
                experiment.title(),
                experiment.answers(),
                ParameterSchema.of(experiment.parameters()),
                new ExampleView(experiment.kind(), Json.tree(experiment.example())));
    }
}
