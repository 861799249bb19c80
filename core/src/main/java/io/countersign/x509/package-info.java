/** Certificate paths judged for a purpose at a given time. */
package io.countersign.x509;
