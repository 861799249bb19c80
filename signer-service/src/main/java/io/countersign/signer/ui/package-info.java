/** Pages for people in front of a browser, over the same use cases as the API; no logic. */
package io.countersign.signer.ui;
