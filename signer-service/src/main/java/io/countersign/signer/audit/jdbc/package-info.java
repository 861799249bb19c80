/** The audit log in an append-only SQL table. */
package io.countersign.signer.audit.jdbc;
