/* hello.exe: a 32-bit console program, so that the samples cover PE32 beside the driver's PE32+. */
#include <windows.h>

/* The entry point itself: without the C runtime the file is small, and nothing of the compiler's is in what gets signed. */
void start(void)
{
    static const char greeting[] = "hello, world\r\n";
    DWORD written;
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), greeting, sizeof greeting - 1, &written, NULL);
    ExitProcess(0);
}
