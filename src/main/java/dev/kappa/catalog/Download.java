package dev.kappa.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Optional;

/**
 * Something that is on its way, as the API shows it. It becomes an entry when it has arrived.
 *
 * @param progress absent until the hub has listed what there is
 * @param problem of a failed one, why
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record Download(
        String kind,
        String id,
        String source,
        State state,
        Optional<Progress> progress,
        Optional<Views.Problem> problem) {
    /** Whether it goes on. */
    public enum State {
        @JsonProperty("downloading")
        DOWNLOADING,
        /** Posting it again goes on from what has arrived. */
        @JsonProperty("failed")
        FAILED
    }

    /** Bytes. */
    public record Progress(long doneBytes, long totalBytes) {}
}
