package io.countersign.signer.api;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** So many at once for each identity. Safe for several threads. */
final class Places {
    private final int most;
    private final Map<String, Integer> taken = new ConcurrentHashMap<>();

    Places(int most) {
        this.most = most;
    }

    /** False if there is none left; else it is to be left once. */
    boolean take(String who) {
        if (taken.merge(who, 1, Integer::sum) <= most) {
            return true;
        }
        leave(who);
        return false;
    }

    void leave(String who) {
        taken.computeIfPresent(who, (name, n) -> n == 1 ? null : n - 1);
    }
}
