/*
 * hello.sys: the smallest kernel driver that loads and unloads.
 *
 * It makes no device and touches no hardware: it prints one line when it comes and one when it goes, which DebugView or a
 * kernel debugger shows. It exists to be signed.
 */
#include <ddk/wdm.h>

DRIVER_INITIALIZE DriverEntry;

static VOID NTAPI HelloUnload(PDRIVER_OBJECT driver)
{
    UNREFERENCED_PARAMETER(driver);
    DbgPrint("hello: goodbye\n");
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path)
{
    DbgPrint("hello: loaded, configured at %wZ\n", registry_path);
    driver->DriverUnload = HelloUnload;
    return STATUS_SUCCESS;
}
