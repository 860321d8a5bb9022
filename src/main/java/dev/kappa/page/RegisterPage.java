package dev.kappa.page;

import dev.kappa.catalog.Refusal;
import dev.kappa.catalog.Registrar;
import dev.kappa.catalog.Shelf;
import dev.kappa.run.Rejection.Reason;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A form that registers a model, a dictionary or a corpus. */
@Controller
@RequestMapping("/models/register")
class RegisterPage {
    private final Registrar registrar;

    RegisterPage(Registrar registrar) {
        this.registrar = registrar;
    }

    @GetMapping
    ModelAndView form(@RequestParam(defaultValue = "model") String shelf) {
        return page(shelf(shelf), Map.of(), FormErrors.NONE, HttpStatus.OK);
    }

    @PostMapping
    ModelAndView register(@RequestParam String shelf, @RequestParam Map<String, String> texts) {
        Shelf on = shelf(shelf);
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        for (String name : RegisterForm.names(on)) {
            String text = texts.getOrDefault("/" + name, "").strip();
            if (!text.isEmpty()) {
                body.put(name, text);
            }
        }
        List<Refusal.Place> wrong = registrar.register(on, body);
        if (wrong.isEmpty()) {
            return new ModelAndView("redirect:/models");
        }
        FormErrors errors = new FormErrors(wrong.stream()
                .map(place -> new Reason(place.pointer(), place.code(), place.detail()))
                .toList());
        return page(on, texts, errors, HttpStatus.UNPROCESSABLE_CONTENT);
    }

    private static ModelAndView page(Shelf shelf, Map<String, String> texts, FormErrors errors, HttpStatus status) {
        return new ModelAndView("register", Map.of("form", RegisterForm.of(shelf, texts, errors)), status);
    }

    private static Shelf shelf(String label) {
        return List.of(Shelf.values()).stream()
                .filter(shelf -> shelf.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new NotThere("There is nothing to register as “" + label + "”."));
    }
}
