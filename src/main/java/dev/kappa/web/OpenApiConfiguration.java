package dev.kappa.web;

import dev.kappa.fault.Refuses;
import io.swagger.v3.core.jackson.ModelResolver;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import io.swagger.v3.oas.models.servers.Server;
import java.beans.Introspector;
import java.util.List;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springdoc.core.providers.ObjectMapperProvider;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;

/** The document of the HTTP interface, at {@code /v1/openapi} as JSON and at {@code /v1/openapi.yaml}. */
@Configuration(proxyBeanMethods = false)
class OpenApiConfiguration {
    static {
        SpringDocUtils.getConfig().replaceWithClass(JsonNode.class, Object.class);
    }

    @Bean
    OpenAPI openApi() {
        return new OpenAPI()
                .info(new Info()
                        .title("Kappa")
                        .version("v1")
                        .description("Measures the causal dimensionality of transformer layers.")
                        .license(new License().name("MIT")))
                .components(new Components()
                        .addSecuritySchemes("key", new SecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer")
                                .description("An API key; a server without keys takes none")))
                .addSecurityItem(new SecurityRequirement().addList("key"))
                .servers(List.of(new Server().url("/")));
    }

    @Bean
    ModelResolver modelResolver(ObjectMapperProvider mappers) {
        return new OpenApiRecords(mappers.jsonMapper());
    }

    /** Ids that do not depend on the order in which controllers are found, and what the method refuses. */
    @Bean
    OperationCustomizer operations() {
        return (operation, method) -> {
            String name = method.getBeanType().getSimpleName().replace("Controller", "");
            OpenApiRefusals.add(operation, method.getMethod().getAnnotationsByType(Refuses.class));
            return operation.operationId(Introspector.decapitalize(name) + "_" + method.getMethod().getName());
        };
    }

    @Bean
    OpenApiCustomizer openApiCustomizer(OpenApiDocument document) {
        return document::complete;
    }
}
