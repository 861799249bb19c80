package io.countersign.signer.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The API's description says what the API does, no more and no less. */
@QuarkusTest
class OpenApiTest extends ApiTranscript {
    private static final Pattern DOCUMENTED = Pattern.compile("\\$BASE/([A-Za-z$/]+)");
    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch");

    private static Map<String, Map<String, Object>> paths() {
        JsonPath description = given().get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        return description.getMap("paths");
    }

    @Test
    void whatItDescribesIsThereInAnyCase() throws IOException {
        Map<String, Map<String, Object>> paths = paths();
        assertThat(paths).hasSizeGreaterThan(20);
        for (Map.Entry<String, Map<String, Object>> path : paths.entrySet()) {
            String address = path.getKey()
                    .replace("{organization}", "lab")
                    .replaceAll("\\{[a-z]+\\}", UUID.randomUUID().toString());
            String bare = address.replaceAll("[0-9a-fA-F-]{36}", "");
            // The token endpoint is no address of SignPath's, and is let through unauthenticated in one spelling alone.
            if (!bare.endsWith("/oauth/token")) {
                assertThat(CanonicalPath.of(bare.toUpperCase(Locale.ROOT).replaceFirst("LAB", "lab")))
                        .isEqualTo(bare);
            }
            for (String method : path.getValue().keySet()) {
                if (METHODS.contains(method)) {
                    Response answer = admin().request(method, address);
                    assertThat(answer.statusCode()).as("%s %s", method, address).isNotEqualTo(405);
                    assertThat(answer.asString())
                            .as("%s %s", method, address)
                            .doesNotContain("there is nothing at this address");
                }
            }
        }
    }

    @Test
    void whatTheGuideNamesIsInIt() throws IOException {
        Set<String> described = paths().keySet();
        Set<String> missing = new TreeSet<>();
        Matcher named = DOCUMENTED.matcher(Files.readString(Path.of("../docs/api.md")));
        int found = 0;
        while (named.find()) {
            found++;
            String path = API.replace("/lab/", "/{organization}/") + "/"
                    + named.group(1).replace("$ID", "{id}").replaceAll("/$", "");
            if (!described.contains(path)) {
                missing.add(path);
            }
        }
        assertThat(found).isGreaterThan(10);
        assertThat(missing).isEmpty();
    }

    @Test
    void itTellsTheFieldsOfForms() {
        JsonPath description = given().get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(description.getString("components.schemas.Submission.properties.artifact.format"))
                .isEqualTo("binary");
        assertThat(description.<String>getList("components.schemas.Submission.required"))
                .containsExactlyInAnyOrder("projectSlug", "signingPolicySlug", "artifact");
    }
}
