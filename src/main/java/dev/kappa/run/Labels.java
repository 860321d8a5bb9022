package dev.kappa.run;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import dev.kappa.limits.Limits;
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
    /** What the name of a label is. */
    public static final String NAME = "[a-z0-9_.-]{1,64}";

    /** Characters of a value. */
    public static final int LONGEST_VALUE = 256;

    /** @param labels to set; null takes one away, and those that are not named stay (RFC 7396) */
    record Change(
            @NotNull @JsonSetter(contentNulls = Nulls.SET)
                    Map<@Pattern(regexp = NAME) String, @Size(max = LONGEST_VALUE) String> labels) {}

    private final JdbcClient jdbc;
    private final ParameterReader reader;
    private final int most;

    Labels(JdbcClient jdbc, Validator validator, Limits limits) {
        this.jdbc = jdbc;
        this.reader = new ParameterReader(validator);
        this.most = limits.labels();
    }

    static void requireFew(Map<String, String> labels, int most) {
        if (labels.size() > most) {
            throw new Rejection(
                    "/labels", "invalid_value", "'" + labels.size() + "' labels are more than the " + most + " a run can have");
        }
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
        requireFew(labels, most);
        jdbc.sql("update run set labels = cast(:labels as jsonb) where id = :run")
                .param("labels", Json.write(labels))
                .param("run", run)
                .update();
    }
}
