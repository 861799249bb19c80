/** Credentials in SQL tables. */
package io.countersign.signer.identity.token.jdbc;
