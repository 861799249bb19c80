package io.countersign.signer.app;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithParentName;
import java.net.URI;
import java.util.Map;

/** {@code countersign.tsa-url.NAME}: another address for an authority of {@code countersign.yaml}, as a free port needs. */
@ConfigMapping(prefix = "countersign.tsa-url")
interface TimestampUrls {
    @WithParentName
    Map<String, URI> byName();
}
