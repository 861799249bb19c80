/** People in front of a browser: how they sign in, and the session they have then. */
package io.countersign.signer.identity.session;
