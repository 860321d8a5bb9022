package dev.kappa.catalog;

import java.net.URI;
import java.util.function.Function;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;

/** What is answered to a registration: 201 for a new entry, 200 for one that was there, 202 for one on its way. */
final class Answers {
    private static final String POLL_SECONDS = "2";

    private Answers() {}

    static ResponseEntity<Object> of(Registry.Outcome outcome, String address, Function<Entry, Object> view) {
        if (outcome instanceof Registry.OnItsWay onItsWay) {
            return ResponseEntity.status(HttpStatus.ACCEPTED)
                    .location(URI.create(address))
                    .header(HttpHeaders.RETRY_AFTER, POLL_SECONDS)
                    .body(onItsWay.download());
        }
        Registry.Registered registered = (Registry.Registered) outcome;
        return registered.existed()
                ? ResponseEntity.ok(view.apply(registered.entry()))
                : ResponseEntity.created(URI.create(address)).body(view.apply(registered.entry()));
    }
}
