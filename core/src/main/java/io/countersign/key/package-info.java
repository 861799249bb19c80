/** The one door to a private key, and the small values everything else is made of. */
package io.countersign.key;
