package io.countersign.hsm;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.NativeLongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The little of PKCS#11 v2.40 that SunPKCS11 does not offer: tokens by label, their initialisation, key pairs with our
 * templates, attributes. One instance a module and process; safe for several threads (CKF_OS_LOCKING_OK).
 *
 * <p>It lives beside SunPKCS11 in one process, and initialisation, login and objects belong to the process, not to the caller:
 * so it takes CKR_CRYPTOKI_ALREADY_INITIALIZED and CKR_USER_ALREADY_LOGGED_IN for success, and has no C_Logout and no
 * C_Finalize, either of which would kill the keys SunPKCS11 holds.
 */
final class Cryptoki {
    static final long CKU_SO = 0;
    static final long CKU_USER = 1;

    private static final long CKF_OS_LOCKING_OK = 2;
    private static final long CKF_TOKEN_INITIALIZED = 0x400;
    private static final long CKF_RW_SESSION = 2;
    private static final long CKF_SERIAL_SESSION = 4;
    private static final int LABEL_SIZE = 32;
    private static final int MAX_SLOTS = 4096;

    /** CK_TOKEN_INFO: label[32], manufacturerID[32], model[16], serialNumber[16], then flags and counters. */
    private static final int TOKEN_INFO_SIZE = 512;

    /** JNA unloads a library nobody refers to, and function pointers do not count: under SunPKCS11's feet, too. */
    private static final List<NativeLibrary> NEVER_UNLOADED = new CopyOnWriteArrayList<>();

    private static final Map<Path, Cryptoki> LOADED = new ConcurrentHashMap<>();

    /** Position in CK_FUNCTION_LIST (pkcs11f.h): that order is part of the standard's ABI, exported names are not. */
    enum Call {
        C_INITIALIZE(0),
        C_GET_SLOT_LIST(4),
        C_GET_TOKEN_INFO(6),
        C_INIT_TOKEN(9),
        C_INIT_PIN(10),
        C_OPEN_SESSION(12),
        C_CLOSE_SESSION(13),
        C_LOGIN(18),
        C_CREATE_OBJECT(20),
        C_GET_ATTRIBUTE_VALUE(24),
        C_FIND_OBJECTS_INIT(26),
        C_FIND_OBJECTS(27),
        C_FIND_OBJECTS_FINAL(28),
        C_SIGN_INIT(42),
        C_SIGN(43),
        C_GENERATE_KEY_PAIR(59);

        private final int position;

        Call(int position) {
            this.position = position;
        }
    }

    /** A slot with its token as C_GetTokenInfo tells it; texts without their padding. */
    record Slot(long id, String label, String manufacturer, String model, String serial, boolean initialized) {}

    private final Pointer functions;

    private Cryptoki(Path module) throws CryptokiException {
        NativeLibrary library = NativeLibrary.getInstance(module.toString());
        NEVER_UNLOADED.add(library);
        PointerByReference list = new PointerByReference();
        check("C_GetFunctionList", library.getFunction("C_GetFunctionList").invoke(NativeLong.class, new Object[] {list
        }));
        this.functions = list.getValue();
        Memory arguments = new Memory(4L * Native.POINTER_SIZE + Native.LONG_SIZE + Native.POINTER_SIZE);
        arguments.clear();
        arguments.setNativeLong(4L * Native.POINTER_SIZE, new NativeLong(CKF_OS_LOCKING_OK));
        try {
            call(Call.C_INITIALIZE, arguments);
        } catch (CryptokiException e) {
            if (!e.is(CryptokiException.CKR_CRYPTOKI_ALREADY_INITIALIZED)) {
                throw e;
            }
        }
    }

    /**
     * The module, initialised.
     *
     * @throws UnsatisfiedLinkError if the file is no shared library for this machine
     */
    static Cryptoki load(Path module) throws CryptokiException {
        synchronized (LOADED) {
            Cryptoki loaded = LOADED.get(module);
            if (loaded == null) {
                loaded = new Cryptoki(module);
                LOADED.put(module, loaded);
            }
            return loaded;
        }
    }

    /** Every slot that holds a token, initialised or not. */
    List<Slot> slots() throws CryptokiException {
        NativeLongByReference count = new NativeLongByReference();
        call(Call.C_GET_SLOT_LIST, (byte) 1, Pointer.NULL, count);
        int size = Math.min(count.getValue().intValue(), MAX_SLOTS);
        List<Slot> slots = new ArrayList<>();
        if (size > 0) {
            Memory ids = new Memory((long) size * Native.LONG_SIZE);
            count.setValue(new NativeLong(size));
            call(Call.C_GET_SLOT_LIST, (byte) 1, ids, count);
            for (int i = 0; i < Math.min(size, count.getValue().intValue()); i++) {
                slots.add(slot(ids.getNativeLong((long) i * Native.LONG_SIZE)));
            }
        }
        return slots;
    }

    private Slot slot(NativeLong id) throws CryptokiException {
        Memory info = new Memory(TOKEN_INFO_SIZE);
        call(Call.C_GET_TOKEN_INFO, id, info);
        long flags = info.getNativeLong(96).longValue();
        return new Slot(
                id.longValue(),
                text(info, 0, LABEL_SIZE),
                text(info, 32, 32),
                text(info, 64, 16),
                text(info, 80, 16),
                (flags & CKF_TOKEN_INITIALIZED) != 0);
    }

    private static String text(Memory info, long offset, int length) {
        return new String(info.getByteArray(offset, length), StandardCharsets.UTF_8).strip();
    }

    /**
     * C_InitToken: gives an uninitialised slot a token with this label and security officer. The slot's number changes.
     *
     * @param soPin not changed and not kept
     */
    void initToken(long slot, byte[] soPin, String label) throws CryptokiException {
        byte[] text = label.getBytes(StandardCharsets.UTF_8);
        if (text.length > LABEL_SIZE) {
            throw new IllegalArgumentException("a token label has at most 32 bytes, this one " + text.length);
        }
        Memory padded = new Memory(LABEL_SIZE);
        padded.setMemory(0, LABEL_SIZE, (byte) ' ');
        padded.write(0, text, 0, text.length);
        try (Memory pin = copy(soPin)) {
            call(Call.C_INIT_TOKEN, new NativeLong(slot), pin, new NativeLong(soPin.length), padded);
            pin.clear();
        }
    }

    /** C_OpenSession; close it. */
    CryptokiSession open(long slot, boolean writable) throws CryptokiException {
        NativeLongByReference session = new NativeLongByReference();
        long flags = CKF_SERIAL_SESSION | (writable ? CKF_RW_SESSION : 0);
        call(Call.C_OPEN_SESSION, new NativeLong(slot), new NativeLong(flags), Pointer.NULL, Pointer.NULL, session);
        return new CryptokiSession(this, session.getValue());
    }

    /** Calls a function of the module; each returns CK_RV. */
    void call(Call call, Object... arguments) throws CryptokiException {
        Function function = Function.getFunction(functions.getPointer((1L + call.position) * Native.POINTER_SIZE));
        check(call.name(), function.invoke(NativeLong.class, arguments));
    }

    private static void check(String call, Object result) throws CryptokiException {
        long code = ((NativeLong) result).longValue();
        if (code != 0) {
            throw new CryptokiException(call, code);
        }
    }

    /** A copy outside the heap, for a secret: clear it before it is closed. */
    static Memory copy(byte[] octets) {
        Memory memory = new Memory(Math.max(1, octets.length));
        memory.write(0, octets, 0, octets.length);
        return memory;
    }
}
