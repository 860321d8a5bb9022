package dev.kappa.run;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where a run comes from. */
public enum Origin {
    /** A request for it. */
    @JsonProperty("submitted")
    SUBMITTED,
    /** Its parent's tallies, concluded with other settings. */
    @JsonProperty("reanalysis")
    REANALYSIS,
    /** Its parent, measured again to compare digits. */
    @JsonProperty("verification")
    VERIFICATION,
    /** Another server, by a file; it was never executed here. */
    @JsonProperty("imported")
    IMPORTED
}
