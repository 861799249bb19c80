package io.countersign.pe;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.key.Bytes;
import java.util.Random;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateTableTest {
    /** Several blocks, and no multiple of one. */
    private static final int SIZE = 200_003;

    @Test
    void anEntryHoldsTheSignatureThatWasPutIn() throws Exception {
        Bytes der = der(SIZE);

        assertThat(holds(CertificateTable.encode(0, der), der)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {8 + 20, 8 + 65_536, 8 + 131_071, 8 + SIZE})
    void anEntryWithOneOtherOctetDoesNotHoldIt(int changed) throws Exception {
        Bytes der = der(SIZE);
        byte[] table = CertificateTable.encode(0, der);
        table[changed] ^= 1;

        assertThat(holds(table, der)).isFalse();
    }

    @Test
    void anEntryWithALongerOrShorterOneDoesNotHoldIt() throws Exception {
        assertThat(holds(CertificateTable.encode(0, der(SIZE)), der(SIZE - 1))).isFalse();
        assertThat(holds(CertificateTable.encode(0, der(SIZE - 1)), der(SIZE))).isFalse();
    }

    private static boolean holds(byte[] table, Bytes der) throws Exception {
        CertificateTable.Entry entry = new CertificateTable.Entry(new ByteRange(0, table.length), 0x0200, 2);
        return CertificateTable.holds(entry, der, ByteSource.of(Bytes.of(table)));
    }

    private static Bytes der(int size) throws Exception {
        byte[] octets = new byte[size];
        new Random(1).nextBytes(octets);
        return Bytes.of(new DERSequence(new DEROctetString(octets)).getEncoded());
    }
}
