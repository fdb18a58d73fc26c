package io.hearth.agent;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/**
 * What the administrator has set.
 *
 * @param home folder of the agent
 * @param control address of the control plane's node port
 * @param joinCode join code, or null
 * @param joinCodeFile file that holds a join code, or null
 * @param name name of the node
 * @param servingPort port for the gateway's requests; 0: a free one
 * @param servingHost address under which the control plane reaches it, or null: the one that the link comes from
 * @param workerCommandFile file with the arguments that start a worker
 * @param workerSocket where the system is asked to start workers as units of their own, or null: they are children of the agent
 * @param blobBudgetBytes most bytes of blobs; 0: 80 % of the disk
 * @param workerHeapBytes Java memory of workers that ask for none in particular, or null
 * @param stopWorkersOnExit whether workers are stopped when the agent is told to stop
 */
public record AgentSettings(
        Path home,
        URI control,
        String joinCode,
        Path joinCodeFile,
        String name,
        int servingPort,
        String servingHost,
        Path workerCommandFile,
        Path workerSocket,
        long blobBudgetBytes,
        Long workerHeapBytes,
        boolean stopWorkersOnExit) {

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException if something is missing or wrong, with a sentence
     */
    static AgentSettings of(Config config, String hostName) {
        return new AgentSettings(
                needed(config, "home")
                        .map(Path::of)
                        .orElseThrow()
                        .toAbsolutePath()
                        .normalize(),
                control(needed(config, "control").orElseThrow()),
                text(config, "join-code").orElse(null),
                text(config, "join-code-file").map(Path::of).orElse(null),
                text(config, "name").orElse(hostName),
                (int) number(config, "serving-port", 65_535).orElse(0L).longValue(),
                text(config, "serving-host").orElse(null),
                needed(config, "worker-command-file")
                        .map(Path::of)
                        .orElseThrow()
                        .toAbsolutePath(),
                text(config, "worker-socket").map(Path::of).orElse(null),
                number(config, "blob-budget-bytes", Long.MAX_VALUE).orElse(0L),
                number(config, "worker-heap-bytes", Long.MAX_VALUE).orElse(null),
                text(config, "stop-workers-on-exit").map(Boolean::parseBoolean).orElse(false));
    }

    private static Optional<String> text(Config config, String name) {
        return config.getOptionalValue("hearth.agent." + name, String.class)
                .map(String::strip)
                .filter(value -> !value.isEmpty());
    }

    private static Optional<String> needed(Config config, String name) {
        Optional<String> value = text(config, name);
        if (value.isEmpty()) {
            throw new IllegalArgumentException("hearth.agent." + name + " is not set. Set it as -Dhearth.agent." + name
                    + "=… or as the environment variable HEARTH_AGENT_"
                    + name.toUpperCase(java.util.Locale.ROOT).replace('-', '_') + ".");
        }
        return value;
    }

    private static Optional<Long> number(Config config, String name, long most) {
        return text(config, name).map(value -> {
            try {
                long number = Long.parseLong(value);
                if (number >= 0 && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                throw notANumber(name, value);
            }
            throw notANumber(name, value);
        });
    }

    private static IllegalArgumentException notANumber(String name, String value) {
        return new IllegalArgumentException(
                "hearth.agent." + name + " is \"" + value + "\", which is not a number that it can be.");
    }

    private static URI control(String value) {
        try {
            URI control = URI.create(value);
            if ("https".equals(control.getScheme()) && control.getHost() != null && control.getPort() > 0) {
                return control;
            }
        } catch (IllegalArgumentException e) {
            throw notAnAddress(value);
        }
        throw notAnAddress(value);
    }

    private static IllegalArgumentException notAnAddress(String value) {
        return new IllegalArgumentException("hearth.agent.control is \"" + value
                + "\". It is the address of the control plane's node port, such as https://hearth.example:8444.");
    }
}
