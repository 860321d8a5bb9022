package dev.kappa.web;

import dev.kappa.run.RunPlan;
import dev.kappa.run.Submissions;
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
    @PostMapping(path = "/v1/runs:plan", consumes = MediaType.APPLICATION_JSON_VALUE)
    RunPlan plan(@RequestBody JsonNode body) {
        return submissions.plan(body);
    }
}
