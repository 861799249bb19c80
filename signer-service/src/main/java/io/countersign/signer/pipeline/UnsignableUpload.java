package io.countersign.signer.pipeline;

/** An uploaded file that signing would refuse. The message says what is wrong with it. */
public final class UnsignableUpload extends Exception {
    private static final long serialVersionUID = 1;

    UnsignableUpload(String message) {
        super(message);
    }

    UnsignableUpload(String message, Throwable cause) {
        super(message, cause);
    }
}
