package dev.kappa.run;

import jakarta.validation.Validator;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;

/** The user's own words about a run: all that can be changed of one. */
@Service
public class Labels {
    private static final int MOST = 32;

    /** @param labels to set; null takes one away, and those that are not named stay (RFC 7396) */
    record Change(@NotNull Map<@Pattern(regexp = "[a-z0-9_.-]{1,64}") String, @Size(max = 256) String> labels) {}

    private final JdbcClient jdbc;
    private final ParameterReader reader;

    Labels(JdbcClient jdbc, Validator validator) {
        this.jdbc = jdbc;
        this.reader = new ParameterReader(validator);
    }

    /** Changes the labels of a run that is there. */
    @Transactional
    public void change(String run, JsonNode body) {
        Change change = reader.read(body, Change.class, "");
        String before = jdbc.sql("select labels from run where id = :run for update")
                .param("run", run)
                .query(String.class)
                .single();
        Map<String, String> labels = new TreeMap<>(Json.strings(before));
        labels.putAll(change.labels());
        labels.values().removeIf(value -> value == null);
        if (labels.size() > MOST) {
            throw new Rejection(
                    "/labels", "invalid_value", "'" + labels.size() + "' labels are more than the " + MOST + " a run can have");
        }
        jdbc.sql("update run set labels = cast(:labels as jsonb) where id = :run")
                .param("labels", Json.write(labels))
                .param("run", run)
                .update();
    }
}
