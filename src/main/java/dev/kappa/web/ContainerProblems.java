package dev.kappa.web;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.ErrorReportValve;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/** What the container refuses before any of our code sees it, such as a broken address: problem+json as well. */
@Component
class ContainerProblems implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {
    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        factory.addContextCustomizers(context ->
                ((StandardHost) context.getParent()).setErrorReportValveClass(Valve.class.getName()));
    }

    /** Made by the container, by its name. */
    public static final class Valve extends ErrorReportValve {
        @Override
        protected void report(Request request, Response response, Throwable thrown) {
            HttpStatus status = HttpStatus.resolve(response.getStatus());
            if (status == null || !status.isError() || response.getContentWritten() > 0 || !response.setErrorReported()) {
                return;
            }
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            response.setCharacterEncoding(StandardCharsets.UTF_8.name());
            String code = status.is4xxClientError() ? "malformed_request" : "internal_error";
            try (Writer writer = response.getReporter()) {
                if (writer != null) {
                    writer.write("""
                            {"type":"urn:kappa:problem:%s","title":"%s","status":%d,"detail":"the request cannot be read",\
                            "code":"%s","retryable":false}"""
                            .formatted(code, status.getReasonPhrase(), status.value(), code));
                }
            } catch (IOException e) {
                // Whoever asked is gone.
            }
        }
    }
}
