package dev.kappa.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;

/**
 * How the digits of a run that was measured again compare with those of the first time. The table
 * {@code verification} of the second run has the comparison of each finding and each block.
 *
 * @param run the one that was measured first
 * @param identical whether every metric, table, figure, tally and artifact is the same, digit by digit
 * @param compared how many they are
 * @param differing how many of them differ
 * @param largestRelativeDifference |a − b| / max(|a|, |b|) over all numbers that differ; infinite where something
 *     other than a finite number differs; absent where nothing does
 * @param sameDevices whether both were measured by the same kinds of device
 * @param sameSoftware whether both were measured by the same versions
 * @param notes what may be the reason of a difference, in words
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record Verification(
        String run,
        boolean identical,
        int compared,
        int differing,
        Optional<Double> largestRelativeDifference,
        boolean sameDevices,
        boolean sameSoftware,
        List<String> notes) {}
