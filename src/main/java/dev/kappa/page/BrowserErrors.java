package dev.kappa.page;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** A person who follows a wrong link reads a page; whoever asks for anything but HTML is told as JSON. */
@Configuration(proxyBeanMethods = false)
class BrowserErrors implements WebMvcConfigurer, HandlerExceptionResolver {
    @Override
    public void extendHandlerExceptionResolvers(List<HandlerExceptionResolver> resolvers) {
        resolvers.add(0, this);
    }

    @Override
    public ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, Object handler, Exception e) {
        String accept = String.valueOf(request.getHeader("Accept"));
        if (request.getRequestURI().startsWith("/v1/") || !accept.contains(MediaType.TEXT_HTML_VALUE)) {
            return null;
        }
        ModelAndView page = page(request.getRequestURI(), e);
        if (page != null) {
            PageHeaders.set(response);
        }
        return page;
    }

    private static ModelAndView page(String address, Exception e) {
        if (e instanceof NoResourceFoundException) {
            return PageErrors.page(HttpStatus.NOT_FOUND, "There is nothing at “" + address + "”.");
        }
        if (e instanceof HttpRequestMethodNotSupportedException) {
            return PageErrors.page(
                    HttpStatus.METHOD_NOT_ALLOWED, "The address “" + address + "” cannot be asked that way.");
        }
        if (e instanceof HttpMediaTypeNotSupportedException) {
            return PageErrors.page(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The address “" + address + "” takes no such body.");
        }
        return null;
    }
}
