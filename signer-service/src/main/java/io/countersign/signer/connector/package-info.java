/** Fetches what a GitHub workflow built, and says where it came from, as GitHub's own API tells it. */
package io.countersign.signer.connector;
