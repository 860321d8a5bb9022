package dev.kappa.web;

import dev.kappa.catalog.Refusal;
import dev.kappa.limits.Limits;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Refuses bodies that are too long: by the length that they name, or else once so much has been read of them. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 20)
class BodyLimit extends OncePerRequestFilter {
    /** Archives have a bound of their own. */
    private static final Set<String> TAKE_ARCHIVES = Set.of("/v1/runs:import", "/runs/import");

    private final HandlerExceptionResolver problems;
    private final long most;

    BodyLimit(@Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems, Limits limits) {
        this.problems = problems;
        this.most = limits.bodyBytes().toBytes();
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return TAKE_ARCHIVES.contains(request.getRequestURI());
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        long length = request.getContentLengthLong();
        if (length > most) {
            problems.resolveException(request, response, null, tooLarge());
        } else {
            chain.doFilter(length < 0 ? new Counted(request) : request, response);
        }
    }

    private ErrorResponseException tooLarge() {
        return Refusal.of(
                HttpStatus.CONTENT_TOO_LARGE,
                "too_large",
                "the body is longer than the " + most + " bytes that are accepted (kappa.limits.body-bytes)");
    }

    /** A request that does not say how long its body is. */
    private final class Counted extends HttpServletRequestWrapper {
        private CountedStream stream;

        private Counted(HttpServletRequest request) {
            super(request);
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            if (stream == null) {
                stream = new CountedStream(super.getInputStream());
            }
            return stream;
        }
    }

    private final class CountedStream extends ServletInputStream {
        private final ServletInputStream stream;
        private long read;

        private CountedStream(ServletInputStream stream) {
            this.stream = stream;
        }

        @Override
        public int read() throws IOException {
            int next = stream.read();
            count(next < 0 ? 0 : 1);
            return next;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int got = stream.read(bytes, offset, length);
            count(Math.max(got, 0));
            return got;
        }

        private void count(int bytes) {
            read += bytes;
            if (read > most) {
                throw tooLarge();
            }
        }

        @Override
        public boolean isFinished() {
            return stream.isFinished();
        }

        @Override
        public boolean isReady() {
            return stream.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            stream.setReadListener(listener);
        }
    }
}
