package io.hearth.ui.api;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.Paths;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/**
 * Completes the description of the API: what it is, how a program shows who it is, how problems look, and a tag for every operation
 * that has none, after the first part of its path.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.RUNTIME_STARTUP)
public class ApiDescription implements OASFilter {
    private static final String BASE = "/api/v1/";
    private static final String BEARER = "bearer";
    private static final String PRODUCT = "Hearth";

    @Override
    public void filterOpenAPI(OpenAPI api) {
        api.setInfo(OASFactory.createInfo()
                .title(PRODUCT)
                .version("v1")
                .description(
                        "All that the pages of this appliance can do. Sign in with POST /api/v1/login, or make a token on"
                                + " the page of your account, and send it as Authorization: Bearer TOKEN. Problems are answered as"
                                + " application/problem+json in the language of Accept-Language (en, zh). Lists are paged with offset"
                                + " and limit. Applications that ask models use /v1 with an API key instead."));
        if (api.getComponents() == null) {
            api.setComponents(OASFactory.createComponents());
        }
        api.getComponents()
                .addSecurityScheme(
                        BEARER,
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer")
                                .description("A token from POST /api/v1/login or POST /api/v1/tokens."));
        api.getComponents().addSchema("Problem", problem());
        SecurityRequirement bearer = OASFactory.createSecurityRequirement().addScheme(BEARER, List.of());
        api.setSecurity(List.of(bearer));
        if (api.getPaths() != null) {
            complete(api.getPaths());
        }
    }

    private static void complete(Paths paths) {
        Map<String, PathItem> items = new TreeMap<>(paths.getPathItems());
        items.forEach((path, item) -> {
            if (!path.startsWith(BASE)) {
                paths.removePathItem(path);
                return;
            }
            item.getOperations().values().forEach(operation -> complete(path, operation));
        });
    }

    private static void complete(String path, Operation operation) {
        if (operation.getTags() == null || operation.getTags().isEmpty()) {
            String first = path.substring(BASE.length()).split("/")[0];
            operation.addTag(first.substring(0, 1).toUpperCase(Locale.ROOT) + first.substring(1));
        }
        if (operation.getResponses() == null) {
            operation.setResponses(OASFactory.createAPIResponses());
        }
        operation
                .getResponses()
                .addAPIResponse(
                        "default",
                        OASFactory.createAPIResponse()
                                .description("A problem")
                                .content(OASFactory.createContent()
                                        .addMediaType(
                                                ProblemBody.MEDIA_TYPE,
                                                OASFactory.createMediaType()
                                                        .schema(OASFactory.createSchema()
                                                                .ref("#/components/schemas/Problem")))));
        boolean open = path.equals(BASE + "login") || path.equals(BASE + "setup");
        operation.setSecurity(
                open
                        ? List.of(OASFactory.createSecurityRequirement())
                        : List.of(OASFactory.createSecurityRequirement().addScheme(BEARER, List.of())));
    }

    private static Schema problem() {
        Schema schema = OASFactory.createSchema().type(List.of(Schema.SchemaType.OBJECT));
        for (String text : List.of("type", "title", "detail", "code", "instance", "incident")) {
            schema.addProperty(text, OASFactory.createSchema().type(List.of(Schema.SchemaType.STRING)));
        }
        schema.addProperty("status", OASFactory.createSchema().type(List.of(Schema.SchemaType.INTEGER)));
        return schema;
    }
}
