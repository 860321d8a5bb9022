package dev.kappa.web;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.swagger.v3.core.jackson.ModelResolver;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
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
                .servers(List.of(new Server().url("/")));
    }

    /** Names as the server writes them. */
    @Bean
    ModelResolver modelResolver(ObjectMapperProvider mappers) {
        return new ModelResolver(
                mappers.jsonMapper().copy().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE));
    }

    /** Ids that do not depend on the order in which controllers are found. */
    @Bean
    OperationCustomizer operationIds() {
        return (operation, method) -> {
            String name = method.getBeanType().getSimpleName().replace("Controller", "");
            return operation.operationId(Introspector.decapitalize(name) + "_" + method.getMethod().getName());
        };
    }

    @Bean
    OpenApiCustomizer openApiCustomizer(OpenApiDocument document) {
        return document::complete;
    }
}
