package io.countersign.windows.timeline;

import io.countersign.windows.FileEvidence;
import io.countersign.windows.SignatureClass;
import io.countersign.windows.SignatureEvidence;
import io.countersign.windows.Stamp;
import io.countersign.x509.CertificatePath;
import io.countersign.x509.DistinguishedNames;
import io.countersign.x509.Revocation;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Everything in evidence that has a time. What path is the best may change with the time it is gathered at: gathers more. */
final class Moments {
    /** RFC 5280 section 4.1.2.5: says that there is no date; hostile times may be later still. */
    private static final Instant NEVER = Instant.parse("9999-12-31T23:59:59Z");

    private final Set<Bar> bars = new LinkedHashSet<>();
    private final Set<Event> events = new LinkedHashSet<>();

    void addAll(FileEvidence.Image file) {
        file.signatures().forEach(this::add);
    }

    void add(Event event) {
        if (event.time().isBefore(NEVER)) {
            events.add(event);
        }
    }

    /** Grouped by path, in order of the signatures. */
    List<Bar> bars() {
        List<String> paths = bars.stream().map(Bar::path).distinct().toList();
        return bars.stream()
                .sorted(Comparator.comparingInt(b -> paths.indexOf(b.path())))
                .toList();
    }

    /** In order of time. */
    List<Event> events() {
        return events.stream()
                .sorted(Comparator.comparing(Event::time).thenComparing(Event::kind))
                .toList();
    }

    private void add(SignatureEvidence signature) {
        String place = signature.place().toString();
        boolean same = signature
                .kernelPath()
                .map(CertificatePath::certificates)
                .equals(signature.userPath().map(CertificatePath::certificates));
        signature.kernelPath().ifPresent(p -> path(place + (same ? ", its signer" : ", its signer to the kernel"), p));
        if (!same) {
            signature.userPath().ifPresent(p -> path(place + ", its signer to the store", p));
        }
        signature.stamp().flatMap(Stamp::path).ifPresent(p -> path(place + ", its timestamp", p));
        signature.stamp().ifPresent(s -> s.time().ifPresent(t -> add(stamp(place, s, t))));
        signature.userPath().ifPresent(p -> revoked(p, signature.revocation()));
        if (signature.kind() == SignatureClass.CROSS_SIGNED) {
            add(new Event(
                    SignatureEvidence.CUT_OFF,
                    Event.Kind.CUT_OFF,
                    "cut-off: cross-signed drivers whose leaf was issued from here on need Microsoft's signature"));
        }
    }

    private static Event stamp(String place, Stamp stamp, Instant time) {
        return new Event(
                time,
                Event.Kind.TIMESTAMP,
                place + ": timestamped with " + stamp.kind() + (stamp.good() ? "" : ", which is not believed"));
    }

    private void path(String title, CertificatePath path) {
        List<X509Certificate> certificates = path.certificates();
        for (int i = 0; i < certificates.size(); i++) {
            X509Certificate c = certificates.get(i);
            String name = DistinguishedNames.commonName(c);
            Instant from = c.getNotBefore().toInstant();
            Instant until = c.getNotAfter().toInstant();
            boolean anchor = path.anchored() && i > 0 && i == certificates.size() - 1;
            bars.add(new Bar(title, name, from, until.isBefore(NEVER) ? until : NEVER, anchor));
            if (!anchor) {
                add(new Event(from, Event.Kind.VALID_FROM, "“" + name + "” is valid from here"));
                add(new Event(until, Event.Kind.EXPIRES, "“" + name + "” expires"));
            }
        }
    }

    /** One for each certificate of the path but its last, leaf first. */
    private void revoked(CertificatePath path, List<Revocation> revocation) {
        for (int i = 0; i < revocation.size(); i++) {
            if (revocation.get(i) instanceof Revocation.Revoked revoked) {
                add(new Event(
                        revoked.since(),
                        Event.Kind.REVOKED,
                        "“" + DistinguishedNames.commonName(path.certificates().get(i)) + "” is revoked: "
                                + revoked.reason()));
            }
        }
    }

    /** When the last good timestamp was made: since then there can be a file with these signatures. */
    static Optional<Instant> stamped(FileEvidence.Image file) {
        return last(
                file.signatures().stream().flatMap(s -> s.stamp().filter(Stamp::good).flatMap(Stamp::time).stream()));
    }

    /** The first instant at which every signer's certificate could have been used. */
    static Optional<Instant> signerValid(FileEvidence.Image file) {
        return last(file.signatures().stream()
                .flatMap(s -> s.signer().stream())
                .map(c -> c.getNotBefore().toInstant()));
    }

    private static Optional<Instant> last(Stream<Instant> times) {
        return times.max(Comparator.naturalOrder());
    }
}
