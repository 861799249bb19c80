/** What was about to be done with a key and what came of it: no audit, no signature. */
package io.countersign.signer.audit;
