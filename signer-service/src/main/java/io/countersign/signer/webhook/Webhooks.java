package io.countersign.signer.webhook;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.home.Configuration;
import io.countersign.home.Configuration.Webhook;
import io.countersign.signer.request.Draft;
import io.countersign.signer.request.Drafts;
import io.countersign.signer.request.RequestRepository;
import io.countersign.signer.request.SigningRequest;
import io.countersign.signer.request.SigningRequest.Canceled;
import io.countersign.signer.request.SigningRequest.Completed;
import io.countersign.signer.request.SigningRequest.Denied;
import io.countersign.signer.request.SigningRequest.Failed;
import io.countersign.signer.webhook.Delivery.State;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Tells the addresses of a project when one of its requests has ended: at least once, durable before the first try, for a day and
 * a half at most. {@link #deliver} is for one thread; the rest is safe for several.
 */
public final class Webhooks {
    private static final Logger LOG = Logger.getLogger(Webhooks.class);
    private static final List<Duration> PAUSES = List.of(
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(8),
            Duration.ofDays(1));
    private static final Duration KEEP = Duration.ofDays(90);
    /** Between the end of a request and its being noted there is never as much. */
    private static final Duration OVERLAP = Duration.ofMinutes(10);

    private static final Duration POSITION_KEPT = Duration.ofMinutes(1);
    /** To one receiver. */
    private static final int AT_ONCE = 20;

    private static final int MOST_MISSED = 100_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Supplier<Configuration> configuration;
    private final RequestRepository requests;
    private final Drafts drafts;
    private final Deliveries deliveries;
    private final WebhookSender sender = new WebhookSender();
    private final Executor sending;
    private final InstantSource clock;
    private final Set<URI> busy = ConcurrentHashMap.newKeySet();
    private final Set<UUID> changed = ConcurrentHashMap.newKeySet();
    private Instant position = Instant.EPOCH;

    /** @param sending where messages are sent; one receiver's after the other, several receivers' at once */
    public Webhooks(
            Supplier<Configuration> configuration,
            RequestRepository requests,
            Drafts drafts,
            Deliveries deliveries,
            Executor sending,
            InstantSource clock) {
        this.sending = sending;
        this.configuration = configuration;
        this.requests = requests;
        this.drafts = drafts;
        this.deliveries = deliveries;
        this.clock = clock;
    }

    /** A request changed; looked at by the next {@link #deliver}. */
    public void changed(UUID request) {
        if (hasWebhooks()) {
            changed.add(request);
        }
    }

    private boolean hasWebhooks() {
        return configuration.get().projects().stream()
                .anyMatch(p -> !p.webhooks().isEmpty());
    }

    /** Finds what ended while no process was there to tell of it. */
    public void catchUp() {
        deliveries.endedSince(deliveries.position(), MOST_MISSED).forEach(this::changed);
    }

    /** Writes down what is to be told, and has sent what is due; whoever is slow to hear holds up himself alone. */
    public void deliver() {
        Instant begun = now();
        for (UUID id : List.copyOf(changed)) {
            // First, so that a change that comes while this one is looked at is looked at too.
            changed.remove(id);
            try {
                note(id);
            } catch (RuntimeException e) {
                changed.add(id);
                throw e;
            }
        }
        moveTo(begun);
        // Looked at first: who ceases to be busy later may have been told what was due before.
        Set<URI> stillBusy = Set.copyOf(busy);
        deliveries.due(now(), AT_ONCE).stream()
                .filter(d -> !stillBusy.contains(d.url()))
                .collect(Collectors.groupingBy(Delivery::url, LinkedHashMap::new, Collectors.toList()))
                .forEach((receiver, waiting) -> {
                    busy.add(receiver);
                    sending.execute(() -> send(receiver, waiting));
                });
    }

    private void send(URI receiver, List<Delivery> waiting) {
        try {
            for (Delivery delivery : waiting) {
                if (!send(delivery)) {
                    return;
                }
            }
        } catch (RuntimeException e) {
            LOG.errorf(e, "webhook %s could not be seen to", receiver);
        } finally {
            busy.remove(receiver);
        }
    }

    /** All that had ended a while before is written down. */
    private void moveTo(Instant begun) {
        if (Duration.between(position, begun).abs().compareTo(POSITION_KEPT) >= 0) {
            deliveries.moveTo(begun.minus(OVERLAP));
            position = begun;
        }
    }

    /** The log, newest first. */
    public List<Delivery> latest(int most) {
        return deliveries.latest(most);
    }

    /** Has one sent again, whatever came of it; false if there is none. */
    public boolean replay(UUID id) {
        Optional<Delivery> known = deliveries.find(id);
        known.ifPresent(d -> deliveries.update(d.again(now())));
        return known.isPresent();
    }

    /** Forgets what is old. */
    public void sweep() {
        deliveries.forget(now().minus(KEEP));
    }

    private void note(UUID id) {
        Optional<SigningRequest> request = requests.find(id);
        Optional<Draft> draft = request.isPresent() ? Optional.empty() : drafts.find(id);
        Optional<String> ended = request.flatMap(Webhooks::ended).or(() -> draft.flatMap(Webhooks::ended));
        Optional<String> project = request.map(r -> r.submission().project()).or(() -> draft.map(Draft::project));
        if (ended.isEmpty() || project.isEmpty()) {
            return;
        }
        Configuration now = configuration.get();
        String body = JSON.createObjectNode()
                .put("OrganizationId", now.organization().id().toString())
                .put("SigningRequestId", id.toString())
                .put("Status", ended.get())
                .toString();
        now.project(project.get()).stream()
                .flatMap(p -> p.webhooks().stream())
                .forEach(w -> deliveries.add(Delivery.first(id, project.get(), w.url(), body, now())));
    }

    private static Optional<String> ended(SigningRequest request) {
        boolean isFinal = request instanceof Completed
                || request instanceof Failed
                || request instanceof Denied
                || request instanceof Canceled;
        // The states have SignPath's names.
        return isFinal ? Optional.of(request.getClass().getSimpleName()) : Optional.empty();
    }

    private static Optional<String> ended(Draft draft) {
        return switch (draft.state()) {
            case OPEN -> Optional.empty();
            case CANCELED -> Optional.of("Canceled");
            case EXPIRED -> Optional.of("Failed");
        };
    }

    /** False if nobody heard it, so that the next would not be heard either. */
    private boolean send(Delivery delivery) {
        Optional<Webhook> webhook = configuration.get().project(delivery.project()).stream()
                .flatMap(p -> p.webhooks().stream())
                .filter(w -> w.url().equals(delivery.url()))
                .findFirst();
        if (webhook.isEmpty()) {
            deliveries.update(
                    delivery.sent(State.GIVEN_UP, Optional.empty(), now(), "the webhook is no longer configured"));
            return true;
        }
        WebhookSender.Answer answer = sender.send(delivery, webhook.get().secretFile(), now());
        Instant at = now();
        if (answer.good()) {
            deliveries.update(delivery.sent(State.DELIVERED, Optional.empty(), at, answer.said()));
        } else if (delivery.attempts() < PAUSES.size()) {
            deliveries.update(delivery.sent(
                    State.WAITING, Optional.of(at.plus(PAUSES.get(delivery.attempts()))), at, answer.said()));
        } else {
            LOG.warnf("webhook %s of request %s is given up: %s", delivery.url(), delivery.request(), answer.said());
            deliveries.update(delivery.sent(State.GIVEN_UP, Optional.empty(), at, answer.said()));
        }
        return answer.good();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
