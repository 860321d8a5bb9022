package dev.kappa.catalog;

import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.web.ErrorResponseException;
import tools.jackson.databind.JsonNode;

/** Registers for people who fill in a form. */
@Service
public class Registrar {
    private final Registry registry;
    private final Bodies bodies;

    Registrar(Registry registry, Bodies bodies) {
        this.registry = registry;
        this.bodies = bodies;
    }

    /** Registers what a body says, or starts its download; all that is wrong with it where that cannot be done. */
    public List<Refusal.Place> register(Shelf shelf, JsonNode body) {
        try {
            Registration registration = bodies.read(body, Registration.of(shelf));
            Bodies.about(() -> registry.register(shelf, registration));
            return List.of();
        } catch (ErrorResponseException refusal) {
            return Refusal.places(refusal);
        }
    }
}
