package dev.kappa.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kappa.residency.Residency.Part;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What a run would cost; making one creates nothing.
 *
 * @param parameters complete with the defaults that would apply
 * @param weightBytes on a device
 * @param activationBytes on a device beside the weights, at their highest
 * @param bytes both together
 * @param flops floating-point operations of the whole run
 * @param deviceSeconds at the pace of the last runs of this kind; absent where none has been measured here
 * @param needs what must be on a device
 * @param missingBytes of that, what is not there now
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record RunPlan(
        String experiment,
        JsonNode parameters,
        int blocks,
        boolean sequential,
        long weightBytes,
        long activationBytes,
        long bytes,
        double flops,
        Optional<Double> deviceSeconds,
        List<Part> needs,
        long missingBytes) {}
