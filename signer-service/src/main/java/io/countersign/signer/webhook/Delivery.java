package io.countersign.signer.webhook;

import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One message to one address.
 *
 * @param request the request, or draft, that ended
 * @param body JSON, as it is signed and sent
 * @param attempts how often it was sent
 * @param nextAt when it is sent next; empty unless it waits
 * @param lastAt when it was sent last
 * @param answer what came back then, or why nothing did; made printable and short
 */
public record Delivery(
        UUID id,
        UUID request,
        String project,
        URI url,
        String body,
        Instant createdAt,
        State state,
        int attempts,
        Optional<Instant> nextAt,
        Optional<Instant> lastAt,
        Optional<String> answer) {

    /** Only the first is going to be sent again by itself. */
    public enum State {
        WAITING,
        DELIVERED,
        GIVEN_UP
    }

    static Delivery first(UUID request, String project, URI url, String body, Instant now) {
        return new Delivery(
                UUID.randomUUID(),
                request,
                project,
                url,
                body,
                now,
                State.WAITING,
                0,
                Optional.of(now),
                Optional.empty(),
                Optional.empty());
    }

    /** After it was sent. */
    Delivery sent(State next, Optional<Instant> again, Instant now, String said) {
        return new Delivery(
                id,
                request,
                project,
                url,
                body,
                createdAt,
                next,
                attempts + 1,
                again,
                Optional.of(now),
                Optional.of(said));
    }

    /** To be sent anew, as often as a first time. */
    Delivery again(Instant now) {
        return new Delivery(
                id, request, project, url, body, createdAt, State.WAITING, 0, Optional.of(now), lastAt, answer);
    }
}
