/** The SPC structures of Authenticode and the SignedData that carries them: built and read. */
package io.countersign.cms;
