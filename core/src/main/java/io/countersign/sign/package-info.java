/** Signing a file: digest, key, timestamp, a check of our own output, and the patch that attaches it. */
package io.countersign.sign;
