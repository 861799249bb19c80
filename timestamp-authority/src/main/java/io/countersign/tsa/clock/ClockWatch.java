package io.countersign.tsa.clock;

import io.countersign.timestamp.TimeNotAvailable;
import io.countersign.timestamp.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Gives out the time only while it is believed. Two things are looked at:
 *
 * <ul>
 *   <li>Whether the wall clock went as far as the monotonic one since it was last believed. A larger step, forwards or back,
 *       ends belief at once. So does a machine that slept or was moved, whose monotonic clock stood still meanwhile.
 *   <li>Where servers are configured, whether a quorum of them agrees. Their confirmation expires, and until the first one there
 *       is no belief.
 * </ul>
 *
 * Belief returns when a quorum agrees. Where no server is configured nobody can tell whether a step made the clock right or
 * wrong, so that it returns only with a new process, started by an operator who looked. Safe for several threads.
 */
public final class ClockWatch implements TimeSource {
    private static final String LOOK = "; set the clock right and restart the authority";

    private final InstantSource wall;
    private final LongSupplier nanos;
    private final ClockPolicy policy;

    private ClockReading base;
    private boolean confirmed;
    private String disbelief;
    private Optional<Duration> offset = Optional.empty();
    private int agreeing;

    /**
     * Starts to watch.
     *
     * @param wall the clock whose time is given out
     * @param nanos a monotonic clock in nanoseconds, such as {@link System#nanoTime}
     */
    public ClockWatch(InstantSource wall, LongSupplier nanos, ClockPolicy policy) {
        this.wall = wall;
        this.nanos = nanos;
        this.policy = policy;
        this.base = ClockReading.of(wall, nanos);
        this.disbelief = policy.asksServers() ? "no quorum of NTP servers has confirmed the clock yet" : null;
    }

    /**
     * The time, to the wall clock's precision.
     *
     * @throws TimeNotAvailable if there is no reason to believe it; {@link #state} has that reason, which clients are not told
     */
    @Override
    public synchronized Instant now() throws TimeNotAvailable {
        ClockReading reading = look();
        if (disbelief != null) {
            throw new TimeNotAvailable("the authority does not believe its clock now; ask again later, or another one");
        }
        return reading.wall();
    }

    /** What is thought of the clock now. */
    public synchronized ClockState state() {
        look();
        return new ClockState(Optional.ofNullable(disbelief), offset, agreeing, policy);
    }

    /** Looks at the clocks, and ends belief where a step shows or a confirmation is too old. */
    private ClockReading look() {
        ClockReading reading = ClockReading.of(wall, nanos);
        if (disbelief == null) {
            long step = reading.stepSince(base);
            if (Math.abs(step) > policy.threshold().toMillis()) {
                disbelief = "the clock stepped by " + step + " ms against the monotonic clock, and at most "
                        + policy.threshold().toMillis() + " ms are believed"
                        + (policy.asksServers() ? "; a quorum of NTP servers must confirm it" : LOOK);
            } else if (confirmed
                    && reading.latest() - base.earliest()
                            > policy.confirmationLasts().toNanos()) {
                disbelief = "no quorum of NTP servers has confirmed the clock for "
                        + policy.confirmationLasts().toSeconds() + " s";
            }
        }
        return reading;
    }

    /**
     * Takes in what the servers said. A quorum that agrees restores belief; without one the old confirmation lasts until it
     * expires, unless so many servers disagree that no quorum can be right with us.
     *
     * @param before when the first server was asked, so that a step meanwhile is noticed
     */
    synchronized void takeIn(List<NtpAnswer> answers, ClockReading before) {
        List<NtpAnswer.Told> told = answers.stream()
                .filter(NtpAnswer.Told.class::isInstance)
                .map(NtpAnswer.Told.class::cast)
                .toList();
        if (!told.isEmpty()) {
            offset = Optional.of(
                    told.stream().map(NtpAnswer.Told::offset).sorted().toList().get(told.size() / 2));
        }
        ClockReading reading = look();
        if (Math.abs(reading.stepSince(before)) > policy.threshold().toMillis()) {
            return;
        }
        agreeing = (int) told.stream().filter(this::agrees).count();
        if (agreeing >= policy.quorum()) {
            base = before;
            confirmed = true;
            disbelief = null;
        } else if (told.stream().filter(this::disagrees).count() >= policy.quorum()) {
            disbelief = "NTP servers disagree with the clock by more than "
                    + policy.threshold().toMillis() + " ms: "
                    + told.stream()
                            .map(t -> t.server() + " " + t.offset().toMillis() + " ms")
                            .collect(Collectors.joining(", "))
                    + "; set the clock right, the next poll believes it";
        }
    }

    /** Even if all the server's uncertainty is to our disadvantage. */
    private boolean agrees(NtpAnswer.Told told) {
        return told.offset().abs().plus(told.uncertainty()).compareTo(policy.threshold()) <= 0;
    }

    /** Even if all of it is to our advantage: an answer in between tells neither. */
    private boolean disagrees(NtpAnswer.Told told) {
        return told.offset().abs().minus(told.uncertainty()).compareTo(policy.threshold()) > 0;
    }

    ClockReading reading() {
        return ClockReading.of(wall, nanos);
    }
}
