package dev.kappa.run;

import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Completes a run's provenance with what measured its blocks: devices, element type, versions, seed. */
@Component
class Measured {
    static final String DEVICES = "devices";
    static final String SOFTWARE = "software";

    /** All that is computed on a device is computed in this type. */
    private static final String DTYPE = "float32";

    private record By(Optional<String> device, Optional<String> software) {}

    private final JdbcClient jdbc;

    Measured(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The provenance of a run whose blocks are all measured. */
    ObjectNode provenance(Run run) {
        List<By> measured = jdbc.sql("select distinct device, software from block where run_id = :run")
                .param("run", run.id())
                .query((row, number) ->
                        new By(Optional.ofNullable(row.getString(1)), Optional.ofNullable(row.getString(2))))
                .list();
        ObjectNode provenance = (ObjectNode) Json.parse(run.provenance());
        ArrayNode devices = provenance.putArray(DEVICES);
        measured.stream().flatMap(by -> by.device().stream()).distinct().sorted().forEach(devices::add);
        provenance.put("dtype", DTYPE);
        provenance.put("seed", run.seed());
        ArrayNode software = provenance.putArray(SOFTWARE);
        measured.stream()
                .flatMap(by -> by.software().stream())
                .distinct()
                .sorted()
                .forEach(versions -> software.add(Json.parse(versions)));
        return provenance;
    }
}
