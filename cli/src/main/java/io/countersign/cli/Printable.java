package io.countersign.cli;

/** Text that may be hostile, such as what stands in a file or its name: it must not steer a terminal. */
final class Printable {
    private Printable() {}

    static String text(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}]", "?");
    }
}
