package io.countersign.cli.process;

import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.home.ConfigurationFile;
import io.countersign.home.Home;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The timestamp authority and the signer, started together and stopped together. The services are stopped when this is closed
 * and when this process ends by itself or by SIGTERM or SIGINT; nothing else is ever stopped.
 */
public final class LocalServices implements AutoCloseable {
    private static final Duration READY = Duration.ofSeconds(60);

    /** The certificate and key of HTTPS, PEM files; the services read the key themselves. */
    public record Tls(Path certificate, Path key) {}

    /**
     * What to start and where it listens.
     *
     * @param distribution holds {@code signer-service} and {@code timestamp-authority} with their built applications
     * @param listen a literal address; loopback, unless {@code tls} or {@code trustedProxy} is there
     * @param signerPort 0 for any free one
     * @param tsaPort 0 for any free one
     * @param publicUrl where others reach the signer
     * @param tls the signer speaks HTTPS with it. The authority stays on plain HTTP, as TSAs do: a token is itself signed
     * @param trustedProxy a proxy in front speaks HTTPS and alone reaches the address, as the operator says
     */
    public record Settings(
            Home home,
            Path distribution,
            Path tokenFile,
            InetAddress listen,
            int signerPort,
            int tsaPort,
            Optional<URI> publicUrl,
            Optional<Tls> tls,
            boolean trustedProxy) {}

    private final Home home;
    private final Endpoints endpoints;
    private final List<ServiceProcess> processes = new ArrayList<>();
    private final Thread atExit = new Thread(this::stop, "stop-services");
    private volatile boolean stopping;

    private LocalServices(Home home, Endpoints endpoints) {
        this.home = home;
        this.endpoints = endpoints;
    }

    /**
     * Starts both and returns when both say that they are ready; then {@code run/endpoints.json} is there.
     *
     * @throws ServiceFailed if a port is taken or a service is not ready within a minute; nothing is left running
     */
    public static LocalServices start(Settings settings, Consumer<String> progress)
            throws IOException, InterruptedException, ServiceFailed, ConfigurationException {
        Configuration configuration = ConfigurationFile.read(settings.home());
        Optional<String> own = configuration.timestampAuthorities().stream()
                .filter(a -> a.key().isPresent())
                .map(Configuration.TimestampAuthority::name)
                .findFirst();
        int tsaPort = free(settings.listen(), settings.tsaPort(), "--tsa-port");
        int signerPort = free(settings.listen(), settings.signerPort(), "--port");
        String host = reachable(settings.listen());
        URI tsa = own.isPresent()
                ? URI.create("http://" + host + ":" + tsaPort + "/")
                : configuration.timestampAuthorities().get(0).url();
        URI signer = URI.create((settings.tls().isPresent() ? "https://" : "http://") + host + ":" + signerPort);
        LocalServices services = new LocalServices(
                settings.home(), new Endpoints(settings.publicUrl().orElse(signer), tsa, settings.tokenFile()));
        Runtime.getRuntime().addShutdownHook(services.atExit);
        boolean ready = false;
        try {
            Readiness readiness = new Readiness(settings.tls().map(Tls::certificate));
            Optional<ServiceProcess> authority = Optional.empty();
            if (own.isPresent()) {
                authority = Optional.of(
                        services.add("tsa", "timestamp-authority", settings, authority(settings, tsaPort, own.get())));
            }
            ServiceProcess server =
                    services.add("signer", "signer-service", settings, signer(settings, signerPort, tsa, own));
            if (authority.isPresent()) {
                readiness.await(authority.get(), tsa, READY);
            }
            progress.accept("timestamp authority: " + tsa);
            readiness.await(server, signer, READY);
            progress.accept("signer: " + services.endpoints.server());
            services.endpoints.write(settings.home());
            ready = true;
            return services;
        } finally {
            if (!ready) {
                services.close();
            }
        }
    }

    /** The services of this home that another process started, if they answer; a file left by a crash does not count. */
    public static Optional<Endpoints> running(Home home) throws IOException {
        Optional<Endpoints> noted = Endpoints.read(home);
        return noted.isPresent()
                        && new Readiness(Optional.empty()).isReady(noted.get().tsa())
                ? noted
                : Optional.empty();
    }

    public Endpoints endpoints() {
        return endpoints;
    }

    /** Returns when this process is asked to end. */
    public void await() throws IOException, InterruptedException, ServiceFailed {
        while (!stopping) {
            for (ServiceProcess process : processes) {
                if (process.await(Duration.ofMillis(250))) {
                    // Ctrl-C in a terminal reaches the children as well, perhaps before it reaches us.
                    Thread.sleep(500);
                    if (!stopping) {
                        throw process.failure();
                    }
                }
            }
        }
    }

    /** Stops both services and takes {@code run/endpoints.json} away. */
    @Override
    public void close() {
        stop();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // This process is ending already, and the hook does the same once more: nothing.
        }
    }

    private synchronized void stop() {
        stopping = true;
        try {
            endpoints.remove(home);
        } catch (IOException e) {
            // A file that says too much is found out by whoever connects; stopping the services matters more.
        }
        processes.forEach(ServiceProcess::stop);
        processes.clear();
    }

    private synchronized ServiceProcess add(
            String log, String module, Settings settings, Map<String, String> properties)
            throws IOException, ServiceFailed {
        Path jar = settings.distribution().resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
        if (!Files.isRegularFile(jar)) {
            throw new ServiceFailed("the " + log + " service is not built: " + jar + " is missing");
        }
        if (stopping) {
            throw new ServiceFailed("asked to stop while starting");
        }
        ServiceProcess process = ServiceProcess.start(log, jar, settings.home(), properties);
        processes.add(process);
        return process;
    }

    private static Map<String, String> authority(Settings settings, int port, String name) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("countersign.tsa", name);
        properties.put("quarkus.http.host", settings.listen().getHostAddress());
        properties.put("quarkus.http.port", Integer.toString(port));
        return properties;
    }

    private static Map<String, String> signer(Settings settings, int port, URI tsa, Optional<String> own) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("quarkus.http.host", settings.listen().getHostAddress());
        properties.put("quarkus.http." + (settings.tls().isPresent() ? "ssl-port" : "port"), Integer.toString(port));
        settings.tls().ifPresent(tls -> {
            properties.put("quarkus.http.insecure-requests", "disabled");
            properties.put(
                    "quarkus.http.ssl.certificate.files",
                    tls.certificate().toAbsolutePath().toString());
            properties.put(
                    "quarkus.http.ssl.certificate.key-files",
                    tls.key().toAbsolutePath().toString());
        });
        own.ifPresent(name -> properties.put("countersign.tsa-url." + name, tsa.toString()));
        settings.publicUrl().ifPresent(url -> properties.put("countersign.public-url", url.toString()));
        properties.put("countersign.trusted-proxy", Boolean.toString(settings.trustedProxy()));
        return properties;
    }

    /** Asked for here, because a service that finds its port taken says so in forty lines. */
    private static int free(InetAddress listen, int port, String option) throws ServiceFailed {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(listen, port));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new ServiceFailed("cannot listen on " + listen.getHostAddress() + " port " + port + ": "
                    + e.getMessage() + "; stop what listens there or choose another port with " + option);
        }
    }

    private static String reachable(InetAddress listen) {
        String address = listen.isAnyLocalAddress() ? "127.0.0.1" : listen.getHostAddress();
        return address.indexOf(':') < 0 ? address : "[" + address + "]";
    }
}
