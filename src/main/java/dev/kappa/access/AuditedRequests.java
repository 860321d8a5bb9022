package dev.kappa.access;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Records requests for administrative acts that were not refused, of programs and of pages alike. */
@Configuration(proxyBeanMethods = false)
class AuditedRequests implements WebMvcConfigurer, HandlerInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger(AuditedRequests.class);

    /** The act by method and the controller's pattern; words in braces stand for the address's. */
    private static final Map<String, String> ACTS = Map.ofEntries(
            Map.entry("POST /v1/models", "model_register"),
            Map.entry("POST /v1/saes", "sae_register"),
            Map.entry("POST /v1/corpora", "corpus_register"),
            Map.entry("POST /models/register", "{shelf}_register"),
            Map.entry("DELETE /v1/models/{id}", "model_delete"),
            Map.entry("DELETE /v1/saes/{id}", "sae_delete"),
            Map.entry("DELETE /v1/corpora/{id}", "corpus_delete"),
            Map.entry("POST /v1/{shelf:models|saes}/{id}:load", "{shelf}_load"),
            Map.entry("POST /v1/{shelf:models|saes}/{id}:unload", "{shelf}_unload"),
            Map.entry("POST /v1/{shelf:models|saes}/{id}:pin", "{shelf}_pin"),
            Map.entry("POST /models/{shelf:model|sae}/{id}/{action:load|unload|pin|unpin}", "{shelf}_{action}"),
            Map.entry("POST /v1/runs/{id}:cancel", "run_cancel"),
            Map.entry("POST /runs/{id}/cancel", "run_cancel"));

    /** Looked up late: this is made before the database is asked whether it is there. */
    private final ObjectProvider<Audit> audit;

    AuditedRequests(ObjectProvider<Audit> audit) {
        this.audit = audit;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this);
    }

    @Override
    public void afterCompletion(
            HttpServletRequest request, HttpServletResponse response, Object handler, Exception thrown) {
        Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        String act = ACTS.get(request.getMethod() + " " + pattern);
        if (act == null || thrown != null || response.getStatus() >= 400) {
            return;
        }
        @SuppressWarnings("unchecked")
        Map<String, String> words =
                (Map<String, String>) request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE);
        String said = act.replace("{shelf}", word("shelf", words, request).replaceFirst("^(model|sae)s$", "$1"))
                .replace("{action}", word("action", words, request));
        subject(words, request, response).ifPresent(subject -> record(said, subject, request));
    }

    /** Of the address or of a page's form. */
    private static String word(String name, Map<String, String> words, HttpServletRequest request) {
        return String.valueOf(words.getOrDefault(name, request.getParameter(name)));
    }

    /** The id in the address or form, or that of what a registration made; nothing where it was there before. */
    private static Optional<String> subject(
            Map<String, String> words, HttpServletRequest request, HttpServletResponse response) {
        return Optional.ofNullable(words.get("id"))
                .or(() -> Optional.ofNullable(request.getParameter("/id")))
                .or(() -> Optional.ofNullable(response.getHeader(HttpHeaders.LOCATION))
                        .map(location -> location.substring(location.lastIndexOf('/') + 1)));
    }

    private void record(String act, String subject, HttpServletRequest request) {
        Actor actor = Actor.current().orElseGet(() -> Actor.anybody(request.getRemoteAddr()));
        try {
            audit.getObject().record(act, subject, actor);
        } catch (DataAccessException e) {
            LOG.error("'{}' of '{}' by '{}' could not be recorded", act, subject, actor.name(), e);
        }
    }
}
