package io.countersign.signer.ui;

import java.util.List;

/**
 * What a page says first.
 *
 * @param good whether it went well
 * @param lines one sentence each
 * @param remedy what to do; empty where nothing is to be done
 */
record Notice(boolean good, List<String> lines, String remedy) {
    static final List<Notice> NONE = List.of();

    static List<Notice> good(String line) {
        return List.of(new Notice(true, List.of(line), ""));
    }

    static List<Notice> bad(String line, String remedy) {
        return List.of(new Notice(false, List.of(line), remedy));
    }
}
