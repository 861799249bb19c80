/** A PE file as named byte ranges: parsed once, hashed as the file minus its holes, changed only by a patch. */
package io.countersign.pe;
