package dev.kappa.page;

import dev.kappa.fault.Fault;
import dev.kappa.limits.Characters;
import dev.kappa.run.Conflict;
import dev.kappa.run.Rejection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.servlet.ModelAndView;

/** What goes wrong behind a page is told on a page. */
@ControllerAdvice(basePackageClasses = PageErrors.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
class PageErrors {
    private static final Logger LOG = LoggerFactory.getLogger(PageErrors.class);

    @ExceptionHandler
    ModelAndView notThere(NotThere missing) {
        return page(HttpStatus.NOT_FOUND, missing.getMessage());
    }

    @ExceptionHandler
    ModelAndView inUse(InUse use) {
        return page(HttpStatus.CONFLICT, use.getMessage());
    }

    @ExceptionHandler
    ModelAndView conflict(Conflict conflict) {
        return page(HttpStatus.CONFLICT, conflict.getMessage());
    }

    @ExceptionHandler
    ModelAndView rejection(Rejection rejection) {
        return page(HttpStatus.UNPROCESSABLE_CONTENT, rejection.getMessage());
    }

    @ExceptionHandler
    ModelAndView fault(Fault fault) {
        return switch (fault.category()) {
            case USER -> page(HttpStatus.UNPROCESSABLE_CONTENT, fault.getMessage());
            case RESOURCES -> page(HttpStatus.SERVICE_UNAVAILABLE, fault.getMessage());
            case EXTERNAL -> page(HttpStatus.BAD_GATEWAY, fault.getMessage());
            case INTERNAL -> unexpected(fault);
        };
    }

    @ExceptionHandler
    ModelAndView characters(DataIntegrityViolationException e) {
        return Characters.refusedBy(e) ? page(HttpStatus.UNPROCESSABLE_CONTENT, Characters.REASON) : unexpected(e);
    }

    @ExceptionHandler({
        TransientDataAccessException.class,
        NonTransientDataAccessResourceException.class,
        CannotCreateTransactionException.class
    })
    ModelAndView database(Exception e) {
        LOG.error("A page could not use the database", e);
        return page(HttpStatus.SERVICE_UNAVAILABLE, "The database does not answer; try again in a moment.");
    }

    @ExceptionHandler
    ModelAndView unexpected(Exception e) {
        // Ours, and Spring's own, such as for a parameter that is missing.
        if (e instanceof ErrorResponse answer) {
            return page(HttpStatus.valueOf(answer.getStatusCode().value()), answer.getBody().getDetail());
        }
        LOG.error("A page failed", e);
        return page(HttpStatus.INTERNAL_SERVER_ERROR, "Something went wrong here; the server's log has it.");
    }

    static ModelAndView page(HttpStatus status, String message) {
        ModelAndView page = new ModelAndView("problem", status);
        page.addObject("status", status.value());
        page.addObject("reason", status.getReasonPhrase());
        page.addObject("message", message);
        return page;
    }
}
