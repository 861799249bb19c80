/**
 * What a home trusts and distrusts when it judges files: roots, each with what it is to Windows, lists of what is denied, and
 * revocation lists. Plain files below {@code trust/}, and the lab's own roots, which are always there.
 */
package io.countersign.trust;
