package io.countersign.signer.identity;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How often who is not known yet may call from one address; all of an IPv6 /64 are one, since whoever has one has all of them. The
 * addresses that called last are remembered. Safe for several threads.
 */
public final class AddressLimits {
    private static final int MOST_ADDRESSES = 10_000;
    private static final int IPV6 = 16;

    private final int perMinute;
    private final InstantSource clock;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MOST_ADDRESSES;
        }
    };

    public AddressLimits(int perMinute, InstantSource clock) {
        this.perMinute = perMinute;
        this.clock = clock;
    }

    /**
     * Counts a call. Empty if it may be made, else how long to wait.
     *
     * @param address in figures
     */
    public Optional<Duration> call(String address) {
        Bucket after;
        synchronized (buckets) {
            after = Bucket.taken(buckets.get(network(address)), perMinute, clock.instant());
            buckets.put(network(address), after);
        }
        return after.granted() ? Optional.empty() : Optional.of(after.wait(perMinute));
    }

    private static String network(String address) {
        try {
            byte[] octets = InetAddress.getByName(address).getAddress();
            return HexFormat.of().formatHex(octets.length == IPV6 ? Arrays.copyOf(octets, IPV6 / 2) : octets);
        } catch (UnknownHostException e) {
            // Those without an address, of a socket in the file system, are one.
            return "";
        }
    }
}
