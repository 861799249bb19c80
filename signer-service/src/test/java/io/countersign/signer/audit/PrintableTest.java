package io.countersign.signer.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void whatWouldStartALineOrTurnTextAroundIsEscaped() {
        assertThat(Printable.of("a\r\n2026 INFO forged\u001b[2J\u202e\u2028"))
                .isEqualTo("a\\u000d\\u000a2026 INFO forged\\u001b[2J\\u202e\\u2028");
    }

    @Test
    void whatPeopleWriteStaysAsItIs() {
        String text = "größe \"驱动\" C:\\x \uD83D\uDE80";
        assertThat(Printable.of(text)).isEqualTo(text);
    }

    @Test
    void longTextIsCutAndTwiceIsAsOnce() {
        String cut = Printable.of("\0".repeat(100_000));
        assertThat(cut).hasSize(2001).endsWith("…");
        assertThat(Printable.of(cut)).isEqualTo(cut);
    }
}
