package io.hearth.worker.http;

import java.time.Duration;

/**
 * How the server meets the network.
 *
 * @param host address to listen on
 * @param port port to listen on; 0 picks a free one
 * @param token bearer token that requests must carry; null or blank = none
 * @param maxBodyBytes largest request
 * @param bodyPatience how long a request's body may take to arrive
 * @param streamPatience how long a client may take nothing of a stream that has something for it
 */
record ServerSettings(
        String host, int port, String token, int maxBodyBytes, Duration bodyPatience, Duration streamPatience) {
    private static final int MAX_BODY_BYTES = 8 << 20;

    static ServerSettings of(String host, int port, String token) {
        return new ServerSettings(host, port, token, MAX_BODY_BYTES, Duration.ofSeconds(30), Duration.ofSeconds(60));
    }
}
