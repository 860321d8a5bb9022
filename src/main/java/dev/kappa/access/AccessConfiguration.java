package dev.kappa.access;

import static dev.kappa.access.Scope.CATALOG_ADMIN;
import static dev.kappa.access.Scope.RUNS_READ;
import static dev.kappa.access.Scope.RUNS_WRITE;

import jakarta.servlet.DispatcherType;
import java.util.Arrays;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.header.writers.CrossOriginResourcePolicyHeaderWriter.CrossOriginResourcePolicy;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Which scope a request needs. Spring Security has the parts that are easily got wrong: its firewall refuses addresses
 * that can be read in two ways, and its patterns are those by which controllers are found. Cross-site requests are
 * refused by {@code web.SameOrigin}, for which no token in forms is needed.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AccessSettings.class)
class AccessConfiguration {
    /** Whether the process is well, numbers without ids for monitoring, and what the sign-in page looks like. */
    static final RequestMatcher PUBLIC =
            matcher("/actuator/health", "/actuator/health/**", "/actuator/prometheus", "/page/**", "/webjars/**");

    private static final HttpMethod[] READING = {HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS};

    /** Of answers that are no pages: a drawing that is opened by itself runs no script. */
    private static final String POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none';"
            + " form-action 'none'; frame-ancestors 'none'; sandbox";

    @Bean
    Refusals refusals(@Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        return new Refusals(problems);
    }

    @Bean
    SecurityFilterChain securityFilterChain(
            HttpSecurity http,
            Keys keys,
            SignIns signIns,
            AccessSettings settings,
            Exposure exposure,
            Refusals refusals,
            @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        http.csrf(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .headers(AccessConfiguration::headers)
                .exceptionHandling(errors -> errors.authenticationEntryPoint(refusals).accessDeniedHandler(refusals))
                .addFilterBefore(
                        new KeyAuthentication(keys, signIns, problems), AnonymousAuthenticationFilter.class)
                .addFilterAfter(new RateLimit(settings, exposure, problems), KeyAuthentication.class);
        http.authorizeHttpRequests(requests -> {
            requests.dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.ERROR).permitAll();
            requests.requestMatchers(PUBLIC).permitAll();
            requests.requestMatchers("/sign-in", "/sign-out").permitAll();
            requests.requestMatchers("/v1/audit", "/v1/audit/**").hasAuthority(CATALOG_ADMIN.label());
            for (HttpMethod method : READING) {
                requests.requestMatchers(method, "/**").hasAuthority(RUNS_READ.label());
            }
            requests.requestMatchers("/v1/runs:plan").hasAuthority(RUNS_READ.label());
            requests.requestMatchers("/v1/runs", "/v1/runs:import", "/v1/runs/**", "/runs/**", "/new/**")
                    .hasAuthority(RUNS_WRITE.label());
            requests.anyRequest().hasAuthority(CATALOG_ADMIN.label());
        });
        return http.build();
    }

    private static void headers(HeadersConfigurer<HttpSecurity> headers) {
        headers.cacheControl(HeadersConfigurer.CacheControlConfig::disable)
                .contentSecurityPolicy(policy -> policy.policyDirectives(POLICY))
                .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.SAME_ORIGIN))
                .crossOriginResourcePolicy(resource -> resource.policy(CrossOriginResourcePolicy.SAME_ORIGIN));
    }

    private static RequestMatcher matcher(String... patterns) {
        return new OrRequestMatcher(Arrays.stream(patterns)
                .map(pattern -> (RequestMatcher) PathPatternRequestMatcher.pathPattern(pattern))
                .toList());
    }
}
