package dev.kappa.web;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * Which part of a list is asked for.
 *
 * @param after the id that the part before ended with
 */
record Paging(int size, Optional<String> after) {
    /** @param most entries that are accepted at once */
    static Paging of(int size, Optional<String> token, int most) {
        return new Paging(QueryValues.within("page_size", size, 1, most), token.map(Paging::id));
    }

    /** The token that asks for what comes after an id. */
    static String token(String id) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(id.getBytes(StandardCharsets.UTF_8));
    }

    private static String id(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw QueryValues.invalid("page_token", token, "the next_page_token of a list");
        }
    }
}
