package io.countersign.signer.app;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How the service signs; what it signs stands in {@code countersign.yaml}. */
@ConfigMapping(prefix = "countersign.signing")
interface SigningSettings {
    /** The key of {@code countersign.yaml} that signs provenance. */
    @WithDefault("evidence")
    String evidenceKey();

    /** How long one timestamp authority may take to answer. */
    @WithDefault("30s")
    Duration tsaTimeout();

    /** How long the second attempt waits after a passing failure; each further one waits six times as long, at most 15 minutes. */
    @WithDefault("5s")
    Duration firstRetry();

    /** How long a signature may wait for its timestamp before its request is given up. */
    @WithDefault("24h")
    Duration timestampPatience();

    /** How long a stopping service waits for the work in hand. */
    @WithDefault("20s")
    Duration stopPatience();
}
