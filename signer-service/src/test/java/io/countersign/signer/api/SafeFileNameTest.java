package io.countersign.signer.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeFileNameTest {
    @ParameterizedTest
    @CsvSource({
        "hello.sys,                   hello.sys",
        "../../etc/passwd,            passwd",
        "C:\\Windows\\hello.sys,      hello.sys",
        "treiber-größe_1.0 (x64).sys, treiber-größe_1.0 (x64).sys",
        "a\u202Esys.exe,              a_sys.exe",
        "a\u3164\u115F\u1160\uFFA0\u2800.sys, a_____.sys",
        "'a\"; rm -rf.sys',           a__ rm -rf.sys",
        "'a\r\nSet-Cookie: x.sys',    a__Set-Cookie_ x.sys",
        "...,                         artifact",
        ".hidden.sys,                 hidden.sys",
        "nul.sys,                     _nul.sys",
        "COM1,                        _COM1",
        "/,                           artifact",
        "trailing.sys. . ,            trailing.sys",
    })
    void aHostileNameBecomesAPlainOne(String sent, String safe) {
        assertThat(SafeFileName.of(sent)).isEqualTo(safe);
    }

    @Test
    void aMissingNameHasADefault() {
        assertThat(SafeFileName.of(null)).isEqualTo("artifact");
    }

    @Test
    void aLongNameKeepsItsEnd() {
        assertThat(SafeFileName.of("x".repeat(500) + ".sys")).hasSize(120).endsWith("x.sys");
    }
}
