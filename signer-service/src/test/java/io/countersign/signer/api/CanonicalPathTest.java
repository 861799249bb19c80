package io.countersign.signer.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanonicalPathTest {
    @ParameterizedTest
    @CsvSource({
        "/v1/lab/SigningRequests, /v1/lab/SigningRequests",
        "/api/V1/Lab/signingrequests/submitwithartifact, /v1/Lab/SigningRequests/SubmitWithArtifact",
        "/API/v1/STATUS/SIGNINGREQUESTS/ab/status, /v1/STATUS/SigningRequests/ab/Status",
        "/v1/lab/Signing%52equests, /v1/lab/Signing%52equests",
        "//v1/lab/signingrequests, //v1/lab/SigningRequests",
        "/v1/lab/signingrequests/, /v1/lab/SigningRequests/",
        "/q/health, /q/health"
    })
    void wordsOfTheApiAreFoundInAnyCaseAndNothingElseChanges(String raw, String canonical) {
        assertThat(CanonicalPath.of(raw)).isEqualTo(canonical);
    }
}
