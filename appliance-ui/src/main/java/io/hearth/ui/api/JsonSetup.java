package io.hearth.ui.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.hearth.ui.core.Json;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Makes requests and answers go through the one mapper. */
@ApplicationScoped
class JsonSetup {
    @Produces
    @Singleton
    ObjectMapper mapper() {
        return Json.MAPPER;
    }
}
