/** REST in SignPath's shapes; the only place that knows an HTTP status. */
package io.countersign.signer.api;
