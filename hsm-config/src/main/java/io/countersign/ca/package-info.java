/** The lab CA: who gets a certificate and after which vetting, what was issued and revoked, and its revocation lists. */
package io.countersign.ca;
