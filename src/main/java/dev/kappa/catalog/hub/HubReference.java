package dev.kappa.catalog.hub;

import dev.kappa.fault.Fault;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A folder of a repository at a revision.
 *
 * @param repository {@code owner/name}
 * @param revision a branch, a tag or a commit
 * @param folder empty for the root
 */
public record HubReference(String repository, String revision, String folder) {
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]*";
    private static final Pattern FORM = Pattern.compile(
            "(?<repository>" + NAME + "/" + NAME + ")(@(?<revision>" + NAME + "))?(?<folder>(/[A-Za-z0-9_][A-Za-z0-9._-]*)*)");

    /** Reads {@code owner/name[@revision][/sub/folder]}; without a revision it is {@code main}. */
    public static HubReference parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches() || text.contains("..")) {
            throw Fault.user(
                    "invalid_source", "'hf:" + text + "' does not have the form hf:owner/name[@revision][/sub/folder]");
        }
        return new HubReference(
                matcher.group("repository"),
                Optional.ofNullable(matcher.group("revision")).orElse("main"),
                matcher.group("folder").replaceFirst("^/", ""));
    }

    /** The same at a commit. */
    HubReference at(String commit) {
        return new HubReference(repository, commit, folder);
    }

    /** Repository and folder, whatever the revision. */
    public String path() {
        return folder.isEmpty() ? repository : repository + "/" + folder;
    }

    /** The path in the repository of a file of the folder. */
    String path(String file) {
        return folder.isEmpty() ? file : folder + "/" + file;
    }

    @Override
    public String toString() {
        return repository + "@" + revision + (folder.isEmpty() ? "" : "/" + folder);
    }
}
