/** RFC 3161 requests, responses and tokens as values, and the authority that issues them. */
package io.countersign.timestamp;
