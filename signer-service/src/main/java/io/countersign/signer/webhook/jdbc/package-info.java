/** Deliveries in an SQL table. */
package io.countersign.signer.webhook.jdbc;
