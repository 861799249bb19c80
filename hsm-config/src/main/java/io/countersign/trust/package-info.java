/** The roots, deny lists and revocation lists a home judges files by: plain files, and the lab's own roots. */
package io.countersign.trust;
