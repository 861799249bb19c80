/** Requests and their queue in one SQL table. */
package io.countersign.signer.request.jdbc;
