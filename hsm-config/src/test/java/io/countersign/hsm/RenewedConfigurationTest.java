package io.countersign.hsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.home.Configuration;
import io.countersign.home.ConfigurationException;
import io.countersign.home.ConfigurationFile;
import io.countersign.home.Home;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RenewedConfigurationTest {
    private Home home;
    private String text;
    private URI baseUrl;

    @BeforeEach
    void home() throws Exception {
        home = LabHome.home();
        text = ConfigurationFile.text(home);
        baseUrl = LabHome.configuration().pkiBaseUrl();
    }

    @Test
    void whatIsAddedIsAllThatChanges() throws Exception {
        Configuration.Token token = new Configuration.Token(
                "more",
                Path.of("/opt/my # softhsm/lib'2.so"),
                "countersign-more",
                home.secrets().resolve("more.pin"));
        Configuration.Key key = new Configuration.Key(
                "another", "more", "lab-another", List.of(home.pki().resolve("lab-root.pem")), false);

        RenewedConfiguration renewed = RenewedConfiguration.of(home, text, baseUrl, List.of(token), List.of(key));

        assertThat(renewed.values().tokens()).contains(token);
        assertThat(renewed.values().keys()).contains(key);
        assertThat(text.lines().toList()).isSubsetOf(renewed.text().lines().toList());
        assertThat(renewed.text().lines().count() - text.lines().count()).isEqualTo(10);
        assertThat(RenewedConfiguration.of(home, text, baseUrl, List.of(), List.of())
                        .text())
                .isEqualTo(text);
    }

    @Test
    void whereNothingCanBeAddedItIsSaidWhat() {
        String brackets = text.replaceFirst(
                "(?s)\nkeys:\n.*?\n\n",
                "\nkeys: [{name: tsa, token: timestamp, label: lab-tsa, chain:"
                        + " [pki/lab-tsa.pem]}, {name: publisher, token: signing, label: lab-publisher, chain:"
                        + " [pki/lab-publisher.pem]}]\n\n");
        Configuration.Key key = new Configuration.Key(
                "another", "ca", "lab-another", List.of(home.pki().resolve("lab-root.pem")), false);

        assertThatThrownBy(() -> RenewedConfiguration.of(home, brackets, baseUrl, List.of(), List.of(key)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("{ name: another, token: ca, label: lab-another, chain: [pki/lab-root.pem] }");
    }
}
