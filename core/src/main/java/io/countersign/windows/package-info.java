/** What Windows would say of a file, and why: evidence first, then rules as data, each with its source. A model, not Windows. */
package io.countersign.windows;
