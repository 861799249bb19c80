package io.countersign.signer.app;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;

/**
 * Bearer tokens must not cross a network in the clear: an address other than loopback needs TLS without a plain port beside
 * it, or a proxy in front that the operator vouches for.
 */
record ListenAddress(String host, boolean tls, boolean plainToo, boolean trustedProxy) {

    static ListenAddress of(Config config) {
        return new ListenAddress(
                config.getValue("quarkus.http.host", String.class),
                StreamSupport.stream(config.getPropertyNames().spliterator(), false)
                        .anyMatch(n -> n.startsWith("quarkus.http.ssl.certificate.")
                                || n.equals("quarkus.http.tls-configuration-name")),
                !config.getOptionalValue("quarkus.http.insecure-requests", String.class)
                        .orElse("enabled")
                        .equalsIgnoreCase("disabled"),
                config.getOptionalValue("countersign.trusted-proxy", Boolean.class)
                        .orElse(false));
    }

    /** Ends start-up if tokens would cross a network in the clear. */
    void require() {
        if (loopback() || (tls && !plainToo) || trustedProxy) {
            return;
        }
        throw CannotStart.because("will not listen on " + host + ": bearer tokens would cross the network "
                + (tls ? "on the plain port beside TLS" : "in the clear")
                + ". Set quarkus.http.ssl.certificate.files and quarkus.http.ssl.certificate.key-files together with"
                + " quarkus.http.insecure-requests=disabled, or declare the TLS proxy in front with"
                + " countersign.trusted-proxy=true, or listen on 127.0.0.1");
    }

    private boolean loopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw CannotStart.because("cannot listen on " + host + ": there is no such address on this machine");
        }
    }
}
