package io.countersign.hsm;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.NativeLongByReference;
import io.countersign.hsm.Cryptoki.Call;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One PKCS#11 session. For one thread. What it finds and makes are object handles, good while the session is open. */
final class CryptokiSession implements AutoCloseable {
    static final long CKA_CLASS = 0x0;
    static final long CKA_TOKEN = 0x1;
    static final long CKA_PRIVATE = 0x2;
    static final long CKA_LABEL = 0x3;
    static final long CKA_VALUE = 0x11;
    static final long CKA_CERTIFICATE_TYPE = 0x80;
    static final long CKA_ISSUER = 0x81;
    static final long CKA_SERIAL_NUMBER = 0x82;
    static final long CKA_SUBJECT = 0x101;
    static final long CKA_ID = 0x102;
    static final long CKA_SENSITIVE = 0x103;
    static final long CKA_SIGN = 0x108;
    static final long CKA_VERIFY = 0x10a;
    static final long CKA_MODULUS = 0x120;
    static final long CKA_MODULUS_BITS = 0x121;
    static final long CKA_PUBLIC_EXPONENT = 0x122;
    static final long CKA_EXTRACTABLE = 0x162;
    static final long CKA_LOCAL = 0x163;
    static final long CKA_NEVER_EXTRACTABLE = 0x164;
    static final long CKA_ALWAYS_SENSITIVE = 0x165;
    static final long CKA_EC_PARAMS = 0x180;
    static final long CKA_EC_POINT = 0x181;

    static final long CKO_CERTIFICATE = 1;
    static final long CKO_PRIVATE_KEY = 3;
    static final long CKC_X_509 = 0;

    static final long CKM_RSA_PKCS_KEY_PAIR_GEN = 0x0;
    static final long CKM_SHA256_RSA_PKCS = 0x40;
    static final long CKM_EC_KEY_PAIR_GEN = 0x1040;
    static final long CKM_ECDSA = 0x1041;

    /** A certificate or a signature is far smaller; what is larger is no answer of an honest token. */
    private static final int MAX_VALUE = 1 << 20;

    private static final int MAX_SIGNATURE = 4096;
    private static final int MAX_OBJECTS = 10_000;

    private final Cryptoki module;
    private final NativeLong session;

    /** The handles of a fresh pair. */
    record KeyPair(long publicKey, long privateKey) {}

    /** A CK_ATTRIBUTE array in the making. */
    static final class Template {
        private final Map<Long, byte[]> values = new LinkedHashMap<>();

        Template with(long type, byte[] value) {
            values.put(type, value.clone());
            return this;
        }

        Template with(long type, String value) {
            return with(type, value.getBytes(StandardCharsets.UTF_8));
        }

        Template with(long type, boolean value) {
            return with(type, new byte[] {(byte) (value ? 1 : 0)});
        }

        Template with(long type, long value) {
            try (Memory number = new Memory(Native.LONG_SIZE)) {
                number.setNativeLong(0, new NativeLong(value));
                return with(type, number.getByteArray(0, Native.LONG_SIZE));
            }
        }

        private NativeLong count() {
            return new NativeLong(values.size());
        }

        /** The array, then the values it points to, in one piece. */
        private Memory memory() {
            int head = values.size() * ATTRIBUTE_SIZE;
            Memory memory = new Memory(Math.max(
                    1, head + values.values().stream().mapToInt(v -> v.length).sum()));
            long at = 0;
            long value = head;
            for (Map.Entry<Long, byte[]> entry : values.entrySet()) {
                byte[] octets = entry.getValue();
                memory.setNativeLong(at, new NativeLong(entry.getKey()));
                memory.setPointer(at + Native.LONG_SIZE, octets.length == 0 ? Pointer.NULL : memory.share(value));
                memory.setNativeLong(at + Native.LONG_SIZE + Native.POINTER_SIZE, new NativeLong(octets.length));
                memory.write(value, octets, 0, octets.length);
                at += ATTRIBUTE_SIZE;
                value += octets.length;
            }
            return memory;
        }
    }

    /** CK_ATTRIBUTE: CK_ULONG, pointer, CK_ULONG; naturally aligned everywhere but on Windows. */
    private static final int ATTRIBUTE_SIZE = 2 * Native.LONG_SIZE + Native.POINTER_SIZE;

    CryptokiSession(Cryptoki module, NativeLong session) {
        this.module = module;
        this.session = session;
    }

    /**
     * C_Login, for the whole process and as long as any session with the token is open.
     *
     * @param pin not changed and not kept
     */
    void login(long user, byte[] pin) throws CryptokiException {
        try (Memory memory = Cryptoki.copy(pin)) {
            module.call(Call.C_LOGIN, session, new NativeLong(user), memory, new NativeLong(pin.length));
            memory.clear();
        } catch (CryptokiException e) {
            if (!e.is(CryptokiException.CKR_USER_ALREADY_LOGGED_IN)) {
                throw e;
            }
        }
    }

    /** C_InitPIN: sets the user's PIN, as security officer. */
    void initPin(byte[] pin) throws CryptokiException {
        try (Memory memory = Cryptoki.copy(pin)) {
            module.call(Call.C_INIT_PIN, session, memory, new NativeLong(pin.length));
            memory.clear();
        }
    }

    KeyPair generateKeyPair(long mechanism, Template publicKey, Template privateKey) throws CryptokiException {
        NativeLongByReference publicHandle = new NativeLongByReference();
        NativeLongByReference privateHandle = new NativeLongByReference();
        try (Memory how = mechanism(mechanism);
                Memory publicTemplate = publicKey.memory();
                Memory privateTemplate = privateKey.memory()) {
            module.call(
                    Call.C_GENERATE_KEY_PAIR,
                    session,
                    how,
                    publicTemplate,
                    publicKey.count(),
                    privateTemplate,
                    privateKey.count(),
                    publicHandle,
                    privateHandle);
        }
        return new KeyPair(
                publicHandle.getValue().longValue(), privateHandle.getValue().longValue());
    }

    long create(Template template) throws CryptokiException {
        NativeLongByReference handle = new NativeLongByReference();
        try (Memory memory = template.memory()) {
            module.call(Call.C_CREATE_OBJECT, session, memory, template.count(), handle);
        }
        return handle.getValue().longValue();
    }

    /** Every object that matches. */
    List<Long> find(Template template) throws CryptokiException {
        try (Memory memory = template.memory()) {
            module.call(Call.C_FIND_OBJECTS_INIT, session, memory, template.count());
        }
        List<Long> found = new ArrayList<>();
        NativeLongByReference handle = new NativeLongByReference();
        NativeLongByReference count = new NativeLongByReference();
        do {
            module.call(Call.C_FIND_OBJECTS, session, handle, new NativeLong(1), count);
            if (count.getValue().longValue() == 1) {
                found.add(handle.getValue().longValue());
            }
        } while (count.getValue().longValue() == 1 && found.size() < MAX_OBJECTS);
        module.call(Call.C_FIND_OBJECTS_FINAL, session);
        return found;
    }

    /** The value of one attribute: its length is asked first. */
    byte[] attribute(long object, long type) throws CryptokiException {
        try (Memory attribute = new Memory(ATTRIBUTE_SIZE)) {
            attribute.clear();
            attribute.setNativeLong(0, new NativeLong(type));
            getAttribute(object, attribute);
            long length = attribute
                    .getNativeLong((long) Native.LONG_SIZE + Native.POINTER_SIZE)
                    .longValue();
            if (length < 0 || length > MAX_VALUE) {
                throw new CryptokiException("C_GetAttributeValue of 0x" + Long.toHexString(type), 0x6);
            }
            try (Memory value = new Memory(Math.max(1, length))) {
                attribute.setPointer(Native.LONG_SIZE, value);
                getAttribute(object, attribute);
                return value.getByteArray(0, (int) length);
            }
        }
    }

    private void getAttribute(long object, Memory attribute) throws CryptokiException {
        module.call(Call.C_GET_ATTRIBUTE_VALUE, session, new NativeLong(object), attribute, new NativeLong(1));
    }

    boolean flag(long object, long type) throws CryptokiException {
        byte[] value = attribute(object, type);
        return value.length == 1 && value[0] != 0;
    }

    String text(long object, long type) throws CryptokiException {
        return new String(attribute(object, type), StandardCharsets.UTF_8);
    }

    /** C_SignInit and C_Sign. The caller has recorded this use of the key. */
    byte[] sign(long mechanism, long key, byte[] data) throws CryptokiException {
        try (Memory how = mechanism(mechanism);
                Memory in = Cryptoki.copy(data);
                Memory out = new Memory(MAX_SIGNATURE)) {
            module.call(Call.C_SIGN_INIT, session, how, new NativeLong(key));
            NativeLongByReference length = new NativeLongByReference(new NativeLong(MAX_SIGNATURE));
            module.call(Call.C_SIGN, session, in, new NativeLong(data.length), out, length);
            return out.getByteArray(0, length.getValue().intValue());
        }
    }

    private static Memory mechanism(long type) {
        Memory mechanism = new Memory(2L * Native.LONG_SIZE + Native.POINTER_SIZE);
        mechanism.clear();
        mechanism.setNativeLong(0, new NativeLong(type));
        return mechanism;
    }

    /** Closes the session; where it was the process's last with the token, the token logs out by itself. */
    @Override
    public void close() throws CryptokiException {
        module.call(Call.C_CLOSE_SESSION, session);
    }
}
