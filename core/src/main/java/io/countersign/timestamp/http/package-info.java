/** RFC 3161 over HTTP, the only socket in core. */
package io.countersign.timestamp.http;
