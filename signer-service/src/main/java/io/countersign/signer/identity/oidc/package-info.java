/** ID tokens: of CI systems, and what they say of a build; of people who sign in; whose they are. */
package io.countersign.signer.identity.oidc;
