/** What a signing policy demands, as rules over facts; who makes a decision of them is the signer. */
package io.countersign.policy;
