package io.hearth.ui.api;

import io.hearth.ui.core.Problem;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.IOException;

/** Refuses requests without a body where one is asked for, so that resources need not. */
@Provider
public class BodyNeeded implements ReaderInterceptor {
    @Override
    public Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
        Object body = context.proceed();
        boolean json =
                context.getMediaType() == null || context.getMediaType().isCompatible(MediaType.APPLICATION_JSON_TYPE);
        if (body == null && json) {
            throw Problem.invalid("core.body.missing");
        }
        return body;
    }
}
