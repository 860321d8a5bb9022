package dev.kappa.web;

import java.util.ArrayList;
import java.util.List;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.util.MimeTypeUtils;

/** Chooses among the types that a resource comes in. */
final class Accepted {
    private Accepted() {}

    /** The place of the first offer that the most specific accepted type takes; 406 where none is taken. */
    static int first(String accept, List<MediaType> offered) {
        for (MediaType type : types(accept, offered)) {
            for (int i = 0; i < offered.size(); i++) {
                if (type.isCompatibleWith(offered.get(i))) {
                    return i;
                }
            }
        }
        throw QueryValues.notAcceptable(offered);
    }

    private static List<MediaType> types(String accept, List<MediaType> offered) {
        try {
            List<MediaType> types = new ArrayList<>(MediaType.parseMediaTypes(accept));
            MimeTypeUtils.sortBySpecificity(types);
            return types;
        } catch (InvalidMediaTypeException e) {
            throw QueryValues.notAcceptable(offered);
        }
    }
}
