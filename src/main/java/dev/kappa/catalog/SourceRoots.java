package dev.kappa.catalog;

import dev.kappa.access.Exposure;
import dev.kappa.fault.Fault;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Where {@code file:} sources may be. Where nothing is configured: anywhere on the server of one person, who could
 * read the file as well, and nowhere on any other.
 */
@Component
class SourceRoots {
    /** No release has its files deeper. */
    private static final int DEPTH = 3;

    private final Exposure exposure;
    private final List<Path> roots;

    SourceRoots(Exposure exposure, @Value("${kappa.sources.roots:}") List<String> roots) {
        this.exposure = exposure;
        this.roots = roots.stream()
                .map(root -> real(Path.of(root).toAbsolutePath().normalize()))
                .toList();
    }

    /**
     * A place, with links resolved. What lies outside the roots is refused alike whether it exists or not.
     *
     * @param path absolute
     */
    Path require(Path path) {
        if (roots.isEmpty()) {
            if (exposure.isPersonal()) {
                return path;
            }
            throw Fault.user(
                    "file_sources_closed",
                    "source 'file:" + path + "' is not accepted: this server has no folders for file: sources"
                            + " (kappa.sources.roots)");
        }
        Path real = real(path);
        requireInside(path, real);
        try (Stream<Path> files = Files.exists(real)
                ? Files.walk(real, DEPTH, FileVisitOption.FOLLOW_LINKS)
                : Stream.empty()) {
            files.forEach(file -> requireInside(path, real(file)));
        } catch (IOException | java.io.UncheckedIOException e) {
            throw Fault.external("file_unreadable", "'" + path + "' cannot be read: " + e, e);
        }
        return real;
    }

    private void requireInside(Path asked, Path real) {
        if (roots.stream().noneMatch(real::startsWith)) {
            throw Fault.user(
                    "source_outside_roots",
                    "source 'file:" + asked + "' lies outside, or links to outside, the folders for file: sources: " + roots);
        }
    }

    /** With the links of the part that exists resolved. */
    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            Path parent = path.getParent();
            boolean dangling = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
            return parent == null || dangling ? path.getRoot() : real(parent).resolve(path.getFileName());
        }
    }
}
