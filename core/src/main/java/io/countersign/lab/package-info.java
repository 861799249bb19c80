/** Throw-away keys and back-dated certificates, for labs and tests: they prove nothing to anybody, and say LAB-PAST. */
package io.countersign.lab;
