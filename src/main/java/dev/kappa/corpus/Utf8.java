package dev.kappa.corpus;

import dev.kappa.fault.Fault;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Text files that must be UTF-8. */
final class Utf8 {
    private Utf8() {}

    static Reader reader(Path file) throws IOException {
        return new BufferedReader(new InputStreamReader(
                Files.newInputStream(file),
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)));
    }

    static Fault unreadable(Path file, IOException cause) {
        if (cause instanceof CharacterCodingException) {
            return Fault.user("corpus_malformed", "corpus file '" + file + "' is not UTF-8 text", cause);
        }
        if (cause instanceof NoSuchFileException) {
            return Fault.user("file_missing", "corpus file '" + file + "' does not exist", cause);
        }
        return Fault.external("file_unreadable", "corpus file '" + file + "' cannot be read: " + cause, cause);
    }
}
