package dev.kappa.catalog;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A page of a shelf, newest first.
 *
 * @param nextToken absent on the last page
 */
record Page(List<Entry> entries, Optional<String> nextToken) {
    /** Reads the page after a token. */
    static Page of(Entries entries, Shelf shelf, int size, Optional<String> token) {
        int most = entries.mostAtOnce();
        if (size < 1 || size > most) {
            throw Refusal.query("page_size " + size + " is not between 1 and " + most);
        }
        List<Entry> found = entries.newest(shelf, token.map(Page::position), size + 1);
        if (found.size() <= size) {
            return new Page(found, Optional.empty());
        }
        Entry last = found.get(size - 1);
        return new Page(found.subList(0, size), Optional.of(token(last)));
    }

    private static String token(Entry last) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((last.createdAt() + " " + last.id()).getBytes(StandardCharsets.UTF_8));
    }

    private static Entries.Position position(String token) {
        try {
            String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            int space = text.indexOf(' ');
            return new Entries.Position(Instant.parse(text.substring(0, space)), text.substring(space + 1));
        } catch (IllegalArgumentException | DateTimeException | IndexOutOfBoundsException e) {
            throw Refusal.query("page_token '" + token + "' was not given out by this list");
        }
    }
}
