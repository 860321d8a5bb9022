package dev.kappa.catalog;

import dev.kappa.catalog.hub.HubReference;
import dev.kappa.fault.Fault;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a registered thing comes from. */
sealed interface Source {
    /** {@code bundled:<name>}: what came with the product. */
    record Bundled(String name) implements Source {}

    /** {@code file:<path>}: a file or folder of this machine; a relative path starts at the working directory. */
    record Local(Path path) implements Source {}

    /** {@code run:<run id>/<artifact>}: what a run left behind. */
    record RunArtifact(String run, String artifact) implements Source {}

    /** {@code hf:owner/name[@revision][/folder]}: of a hub. */
    record Hub(HubReference reference) implements Source {}

    Pattern RUN = Pattern.compile("(?<run>[A-Za-z0-9][A-Za-z0-9_-]*)/(?<artifact>[A-Za-z0-9][A-Za-z0-9._-]*)");

    String ACCEPTED =
            "accepted: bundled:<name>, file:<path>, run:<run id>/<artifact>, hf:owner/name[@revision][/sub/folder]";

    static Source parse(String text) {
        int colon = text.indexOf(':');
        String rest = text.substring(colon + 1);
        if (colon < 1 || rest.isBlank()) {
            throw invalid(text);
        }
        return switch (text.substring(0, colon)) {
            case "bundled" -> new Bundled(rest);
            case "file" -> new Local(path(text, rest));
            case "run" -> run(text, rest);
            case "hf" -> new Hub(HubReference.parse(rest));
            default -> throw invalid(text);
        };
    }

    private static Path path(String text, String rest) {
        try {
            return Path.of(rest.startsWith("///") ? rest.substring(2) : rest).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw invalid(text);
        }
    }

    private static Source run(String text, String rest) {
        Matcher matcher = RUN.matcher(rest);
        if (!matcher.matches()) {
            throw invalid(text);
        }
        return new RunArtifact(matcher.group("run"), matcher.group("artifact"));
    }

    private static Fault invalid(String text) {
        return Fault.user("invalid_source", "source '" + text + "' is not known; " + ACCEPTED);
    }
}
