package io.countersign.cli.process;

import io.countersign.x509.PemCertificates;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Asks a service whether it is ready, {@code /q/health/ready}. */
final class Readiness {
    private static final int ANSWER_MILLIS = 5_000;
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Optional<SSLContext> tls;

    /** @param certificate the certificate the service was given, if it speaks HTTPS: that one is expected, whatever its name */
    Readiness(Optional<Path> certificate) throws IOException {
        this.tls = certificate.isEmpty() ? Optional.empty() : Optional.of(trusting(certificate.get()));
    }

    /** Returns when it is ready. */
    void await(ServiceProcess service, URI base, Duration time)
            throws IOException, InterruptedException, ServiceFailed {
        long end = System.nanoTime() + time.toNanos();
        while (!isReady(base)) {
            if (service.await(PAUSE) || System.nanoTime() > end) {
                throw service.failure();
            }
        }
    }

    boolean isReady(URI base) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) base.resolve("/q/health/ready").toURL().openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout(ANSWER_MILLIS);
        connection.setReadTimeout(ANSWER_MILLIS);
        if (connection instanceof HttpsURLConnection https) {
            https.setSSLSocketFactory(tls.orElseThrow().getSocketFactory());
            https.setHostnameVerifier((host, session) -> true); // one certificate is trusted, by content
        }
        try {
            return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException e) {
            return false; // it does not listen yet
        } finally {
            connection.disconnect();
        }
    }

    private static SSLContext trusting(Path certificate) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            TrustManager[] trust = {
                new OneCertificate(PemCertificates.read(certificate).get(0))
            };
            context.init(null, trust, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java runtime has no TLS: " + e.getMessage(), e);
        }
    }

    /** Trusts a server that shows exactly the certificate the service was started with. */
    private record OneCertificate(X509Certificate expected) implements X509TrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            if (!chain[0].equals(expected)) {
                throw new CertificateException("the service shows another certificate than it was given");
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("this is a client");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
