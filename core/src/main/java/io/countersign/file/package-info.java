/** Writing that survives a crash: files whole or not at all, and on the disk when a call returns. */
package io.countersign.file;
