/** Certificate paths judged for a purpose at a given time, and certificates in files. */
package io.countersign.x509;
