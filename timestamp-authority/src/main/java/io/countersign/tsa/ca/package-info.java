/** The lab CA's public face over HTTP: issuer certificates, revocation lists, OCSP, and what was issued to whom. */
package io.countersign.tsa.ca;
