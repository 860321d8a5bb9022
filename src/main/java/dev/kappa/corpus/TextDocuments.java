package dev.kappa.corpus;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;

/**
 * The documents of a plain UTF-8 text: what stands between the markers {@code <|endoftext|>}, without the
 * blank characters around it. Blank documents are left out; a file without a marker is one document.
 *
 * <p>A document of more than {@value #PIECE} characters is handed on in pieces, so that a file of any size is
 * read in bounded memory: a piece ends after the last line break of its second half, or where there is none,
 * at its full length. The pieces of a document count as documents of their own.
 */
final class TextDocuments {
    static final String MARKER = "<|endoftext|>";
    static final int PIECE = 1 << 18;

    private final Reader reader;
    private final DocumentVisitor visitor;
    private final StringBuilder pending = new StringBuilder();
    private final char[] chunk = new char[1 << 16];

    private TextDocuments(Reader reader, DocumentVisitor visitor) {
        this.reader = reader;
        this.visitor = visitor;
    }

    static void read(Path file, DocumentVisitor visitor) {
        try (Reader reader = Utf8.reader(file)) {
            new TextDocuments(reader, visitor).run();
        } catch (IOException e) {
            throw Utf8.unreadable(file, e);
        }
    }

    private void run() throws IOException {
        int searchFrom = 0;
        for (int read = reader.read(chunk); read >= 0; read = reader.read(chunk)) {
            pending.append(chunk, 0, read);
            for (int cut = nextCut(searchFrom); cut >= 0; cut = nextCut(0)) {
                boolean marked = pending.indexOf(MARKER, cut) == cut;
                if (!visit(pending.substring(0, cut))) {
                    return;
                }
                pending.delete(0, marked ? cut + MARKER.length() : cut);
                searchFrom = 0;
            }
            searchFrom = Math.max(0, pending.length() - MARKER.length());
        }
        visit(pending.toString());
    }

    /** Where the first document or piece in {@link #pending} ends; −1 where more must be read first. */
    private int nextCut(int searchFrom) {
        int marker = pending.indexOf(MARKER, searchFrom);
        if (marker >= 0 && marker <= PIECE) {
            return marker;
        }
        // A marker may begin within the piece and end beyond it.
        if (pending.length() < PIECE + MARKER.length()) {
            return -1;
        }
        int lineEnd = pending.lastIndexOf("\n", PIECE - 1);
        if (lineEnd >= PIECE / 2) {
            return lineEnd + 1;
        }
        return Character.isHighSurrogate(pending.charAt(PIECE - 1)) ? PIECE - 1 : PIECE;
    }

    private boolean visit(String document) {
        return document.isBlank() || visitor.text(document.strip());
    }
}
