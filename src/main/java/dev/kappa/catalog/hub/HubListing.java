package dev.kappa.catalog.hub;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a repository holds, by the hub's JSON interface. */
final class HubListing {
    /** A page has 1000 entries; a repository with more files than this is not a model. */
    private static final int MOST_PAGES = 50;

    private static final int LONGEST_PAGE = 16 << 20;
    private static final Pattern NEXT = Pattern.compile("<(?<address>[^>]+)>\\s*;\\s*rel=\"next\"");
    private static final Pattern PLAIN_PATH = Pattern.compile("[^/\\\\\\p{Cntrl}]+(/[^/\\\\\\p{Cntrl}]+)*");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HubSettings settings;
    private final HubHttp http;

    HubListing(HubSettings settings, HubHttp http) {
        this.settings = settings;
        this.http = http;
    }

    /** The reference with its revision as the commit that it stands for now. */
    HubReference resolve(HubReference reference, HubProgress progress) {
        URI address = address("/api/models/" + reference.repository() + "/revision/" + reference.revision());
        JsonNode answer = page(address, reference, progress).body();
        String commit = answer.path("sha").asString("");
        if (!commit.matches("[0-9a-f]{40}")) {
            throw malformed(reference, "the commit is '" + commit + "'");
        }
        return reference.at(commit);
    }

    /** All files of the folder and the folders in it. */
    List<HubFile> files(HubReference reference, HubProgress progress) {
        String folder = reference.folder().isEmpty() ? "" : "/" + reference.folder();
        Optional<URI> next = Optional.of(address("/api/models/" + reference.repository() + "/tree/"
                + reference.revision() + folder + "?recursive=true"));
        List<HubFile> files = new ArrayList<>();
        for (int pages = 0; next.isPresent(); pages++) {
            if (pages == MOST_PAGES) {
                throw malformed(reference, "the listing has more than " + MOST_PAGES + " pages");
            }
            Page page = page(next.get(), reference, progress);
            page.body().forEach(entry -> {
                if (entry.path("type").asString("").equals("file")) {
                    files.add(file(entry, reference));
                }
            });
            next = page.next();
        }
        return files;
    }

    private record Page(JsonNode body, Optional<URI> next) {}

    private Page page(URI address, HubReference reference, HubProgress progress) {
        Retry retry = new Retry(settings, progress, reference.toString());
        while (true) {
            if (progress.cancelled()) {
                throw new HubProgress.Cancelled();
            }
            try (HubHttp.Answer answer = http.get(address, reference.toString(), Map.of())) {
                byte[] bytes = answer.body().readNBytes(LONGEST_PAGE);
                return new Page(
                        JSON.readTree(bytes),
                        answer.headers().firstValue("Link").flatMap(link -> next(link, address)));
            } catch (JacksonException e) {
                throw malformed(reference, e.getOriginalMessage());
            } catch (IOException e) {
                retry.after(e);
            }
        }
    }

    /** The next page, which must be the hub's own. */
    private Optional<URI> next(String link, URI address) {
        Matcher matcher = NEXT.matcher(link);
        if (!matcher.find()) {
            return Optional.empty();
        }
        URI next = address.resolve(matcher.group("address"));
        return HubHttp.sameOrigin(next, settings.endpoint()) ? Optional.of(next) : Optional.empty();
    }

    private static HubFile file(JsonNode entry, HubReference reference) {
        JsonNode large = entry.path("lfs");
        String path = entry.path("path").asString("");
        String oid = (large.isObject() ? large : entry).path("oid").asString("").replaceFirst("^sha256:", "");
        long size = (large.isObject() ? large : entry).path("size").asLong(-1);
        boolean inside = reference.folder().isEmpty() || path.startsWith(reference.folder() + "/");
        String relative = inside && !reference.folder().isEmpty()
                ? path.substring(reference.folder().length() + 1)
                : path;
        if (!inside || !PLAIN_PATH.matcher(relative).matches() || (relative + "/").contains("../")) {
            throw malformed(reference, "the listing names the path '" + path + "'");
        }
        if (size < 0 || !oid.matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
            throw malformed(reference, "'" + path + "' is listed with size " + size + " and hash '" + oid + "'");
        }
        return new HubFile(relative, size, oid);
    }

    private URI address(String path) {
        return URI.create(settings.endpoint().toString().replaceFirst("/$", "") + path);
    }

    private static Fault malformed(HubReference reference, String what) {
        return Fault.external("hub_malformed", reference + ": the hub's answer makes no sense: " + what, null);
    }
}
