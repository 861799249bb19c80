/** ID tokens of CI systems: whose they are, and what they say of a build. */
package io.countersign.signer.identity.oidc;
