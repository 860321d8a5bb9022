package dev.kappa.web;

import dev.kappa.fault.Refuses;
import dev.kappa.run.RunPlan;
import dev.kappa.run.Submissions;
import io.swagger.v3.oas.annotations.Operation;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** What runs would cost. */
@RestController
class PlansController {
    private final Submissions submissions;

    PlansController(Submissions submissions) {
        this.submissions = submissions;
    }

    /** Takes what POST /v1/runs takes, refuses what that refuses, and creates nothing. */
    @Operation(summary = "What a run would cost")
    @Refuses(status = 422, codes = {"unknown_parameter", "missing", "invalid_type", "out_of_range", "unknown_model"}, open = true)
    @PostMapping(path = "/v1/runs:plan", consumes = MediaType.APPLICATION_JSON_VALUE)
    RunPlan plan(@RequestBody JsonNode body) {
        return submissions.plan(body);
    }
}
