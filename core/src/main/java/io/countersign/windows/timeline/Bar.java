package io.countersign.windows.timeline;

import java.time.Instant;

/**
 * The validity of one certificate on one path.
 *
 * @param path whose: {@code primary signature, its timestamp}
 * @param name of its subject, control characters replaced
 * @param from its notBefore
 * @param until its notAfter, still within
 * @param anchor whether it is the trusted root the path ends in, whose dates nobody looks at
 */
public record Bar(String path, String name, Instant from, Instant until, boolean anchor) {}
