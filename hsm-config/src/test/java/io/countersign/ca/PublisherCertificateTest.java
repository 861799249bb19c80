package io.countersign.ca;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.fixture.SoftwareKey;
import io.countersign.fixture.TestPki;
import io.countersign.home.PkiAddresses;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.junit.jupiter.api.Test;

class PublisherCertificateTest {
    private final SoftwareKey root = TestPki.root("Publishers' Root");

    @Test
    void aNameStandsInTheCertificateAsItStandsInTheEnrolmentWhateverItBeginsWith() throws Exception {
        String organization = "#0c0145 \\, O=\"Evil\" + <b>";
        X509Certificate certificate = PublisherCertificate.make(
                order(organization, "#0c0145"),
                new Authority("root", "root", List.of(root.certificate())),
                root,
                new PkiAddresses(URI.create("http://127.0.0.1:3161")),
                Instant.now());

        X500Name subject =
                X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        assertThat(value(subject, BCStyle.O)).isEqualTo(organization);
        assertThat(value(subject, BCStyle.CN)).isEqualTo(organization + " (LAB)");
        assertThat(value(subject, BCStyle.L)).isEqualTo("#0c0145");
        assertThat(subject.getRDNs()).hasSize(7);
    }

    private static String value(X500Name subject, ASN1ObjectIdentifier type) {
        return ((ASN1String) subject.getRDNs(type)[0].getFirst().getValue()).getString();
    }

    private LabCa.Order order(String organization, String locality) {
        Enrolment enrolment = new Enrolment(
                "",
                new Enrolment.Subject(organization, "R 1", "Business Entity", "XX", "XX", locality, "nobody"),
                new Enrolment.Operation(LocalDate.EPOCH, false),
                new Enrolment.Presence("", ""),
                new Enrolment.KeyProtection("", "", ""),
                new Enrolment.Requester("Alice", ""),
                new Enrolment.Vetting("Carol", "Dave", LocalDate.EPOCH));
        return new LabCa.Order(
                enrolment, new KeyRequest(root.certificate().getPublicKey(), "it"), Optional.empty(), 90, "tester");
    }
}
