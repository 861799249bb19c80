/** Keys in PKCS#11 tokens: the only code that sees a PIN, a KeyStore or the PKCS#11 provider. */
package io.countersign.hsm;
