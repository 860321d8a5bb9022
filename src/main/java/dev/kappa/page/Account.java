package dev.kappa.page;

import dev.kappa.access.Actor;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;

/** Who a page is shown to: the name of the key that the browser signed in with; nothing where none is needed. */
@ControllerAdvice(basePackageClasses = Account.class)
class Account {
    @ModelAttribute("account")
    String account() {
        return Actor.current().filter(actor -> actor.key().isPresent()).map(Actor::name).orElse(null);
    }
}
