/** Checks what the documents promise: the direction of dependencies, file sizes, links. */
package io.countersign.docs;
