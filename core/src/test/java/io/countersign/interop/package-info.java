/** Programs we did not write and ours judge what each other signed. */
package io.countersign.interop;
