package io.countersign.hsm;

import java.util.Map;

/** A PKCS#11 function returned something other than CKR_OK. */
final class CryptokiException extends Exception {
    static final long CKR_USER_ALREADY_LOGGED_IN = 0x100;
    static final long CKR_CRYPTOKI_ALREADY_INITIALIZED = 0x191;

    private static final long serialVersionUID = 1;

    /** Those a user may meet (pkcs11t.h); the rest show as numbers. */
    private static final Map<Long, String> NAMES = Map.ofEntries(
            Map.entry(0x2L, "CKR_HOST_MEMORY"),
            Map.entry(0x5L, "CKR_GENERAL_ERROR"),
            Map.entry(0x6L, "CKR_FUNCTION_FAILED"),
            Map.entry(0x7L, "CKR_ARGUMENTS_BAD"),
            Map.entry(0x30L, "CKR_DEVICE_ERROR"),
            Map.entry(0x31L, "CKR_DEVICE_MEMORY"),
            Map.entry(0x32L, "CKR_DEVICE_REMOVED"),
            Map.entry(0x70L, "CKR_MECHANISM_INVALID"),
            Map.entry(0x82L, "CKR_OBJECT_HANDLE_INVALID"),
            Map.entry(0xa0L, "CKR_PIN_INCORRECT"),
            Map.entry(0xa2L, "CKR_PIN_LEN_RANGE"),
            Map.entry(0xa4L, "CKR_PIN_LOCKED"),
            Map.entry(0xb3L, "CKR_SESSION_HANDLE_INVALID"),
            Map.entry(0xd0L, "CKR_TEMPLATE_INCOMPLETE"),
            Map.entry(0xd1L, "CKR_TEMPLATE_INCONSISTENT"),
            Map.entry(0xe0L, "CKR_TOKEN_NOT_PRESENT"),
            Map.entry(0xe1L, "CKR_TOKEN_NOT_RECOGNIZED"),
            Map.entry(CKR_USER_ALREADY_LOGGED_IN, "CKR_USER_ALREADY_LOGGED_IN"),
            Map.entry(0x101L, "CKR_USER_NOT_LOGGED_IN"),
            Map.entry(0x102L, "CKR_USER_PIN_NOT_INITIALIZED"),
            Map.entry(CKR_CRYPTOKI_ALREADY_INITIALIZED, "CKR_CRYPTOKI_ALREADY_INITIALIZED"));

    private final long code;

    CryptokiException(String call, long code) {
        super(call + " returned " + NAMES.getOrDefault(code, "0x" + Long.toHexString(code)));
        this.code = code;
    }

    boolean is(long code) {
        return this.code == code;
    }
}
