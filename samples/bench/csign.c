/* The raw rate of a token's key: C_Sign in a loop, in so many threads, each with a session of its own.
 *   csign MODULE TOKEN KEY rsa|ec THREADS SECONDS     PIN in the environment variable PIN
 * Prints "RATE RATE-PER-CPU-SECOND". Nothing around the signature is done: no digest, no encoding, no record. */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static CK_FUNCTION_LIST_PTR p11;
static CK_SLOT_ID slot;
static CK_OBJECT_HANDLE key;
static int rsa;
static volatile int stop;

static void check(CK_RV rv, const char *what) {
  if (rv != CKR_OK) {
    fprintf(stderr, "csign: %s: 0x%lx\n", what, rv);
    exit(3);
  }
}

static double seconds(struct timespec t) { return t.tv_sec + t.tv_nsec / 1e9; }

static double cpu(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* A DigestInfo of SHA-256 for RSA (RFC 8017 section 9.2, note 1), the digest alone for ECDSA. */
static CK_BYTE data[51] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                           0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20, 1};

static void *sign(void *count) {
  CK_MECHANISM mechanism = {rsa ? CKM_RSA_PKCS : CKM_ECDSA, NULL, 0};
  CK_SESSION_HANDLE session;
  CK_BYTE signature[1024];
  long signatures = 0;
  check(p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session), "C_OpenSession");
  while (!stop) {
    CK_ULONG length = sizeof signature;
    check(p11->C_SignInit(session, &mechanism, key), "C_SignInit");
    check(p11->C_Sign(session, rsa ? data : data + 19, rsa ? 51 : 32, signature, &length), "C_Sign");
    signatures++;
  }
  *(long *)count = signatures;
  return NULL;
}

static void find_slot(const char *label) {
  CK_SLOT_ID slots[64];
  CK_ULONG n = 64;
  check(p11->C_GetSlotList(CK_TRUE, slots, &n), "C_GetSlotList");
  for (CK_ULONG i = 0; i < n; i++) {
    CK_TOKEN_INFO info;
    check(p11->C_GetTokenInfo(slots[i], &info), "C_GetTokenInfo");
    if (!strncmp((char *)info.label, label, strlen(label)) && info.label[strlen(label)] == ' ') {
      slot = slots[i];
      return;
    }
  }
  fprintf(stderr, "csign: no token %s\n", label);
  exit(3);
}

int main(int argc, char **argv) {
  char *pin = getenv("PIN");
  if (argc != 7 || !pin) {
    fprintf(stderr, "usage: PIN=... csign MODULE TOKEN KEY rsa|ec THREADS SECONDS\n");
    return 2;
  }
  void *module = dlopen(argv[1], RTLD_NOW);
  CK_RV (*list)(CK_FUNCTION_LIST_PTR_PTR) = module ? (CK_RV(*)(CK_FUNCTION_LIST_PTR_PTR))dlsym(module, "C_GetFunctionList") : NULL;
  if (!list) {
    fprintf(stderr, "csign: %s is no PKCS#11 module\n", argv[1]);
    return 3;
  }
  check(list(&p11), "C_GetFunctionList");
  CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK};
  check(p11->C_Initialize(&args), "C_Initialize");
  find_slot(argv[2]);
  rsa = !strcmp(argv[4], "rsa");
  int threads = atoi(argv[5]);

  CK_SESSION_HANDLE login;
  check(p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &login), "C_OpenSession");
  check(p11->C_Login(login, CKU_USER, (CK_UTF8CHAR *)pin, strlen(pin)), "C_Login");
  CK_OBJECT_CLASS private = CKO_PRIVATE_KEY;
  CK_ATTRIBUTE wanted[] = {{CKA_CLASS, &private, sizeof private}, {CKA_LABEL, argv[3], strlen(argv[3])}};
  CK_ULONG found = 0;
  check(p11->C_FindObjectsInit(login, wanted, 2), "C_FindObjectsInit");
  check(p11->C_FindObjects(login, &key, 1, &found), "C_FindObjects");
  check(p11->C_FindObjectsFinal(login), "C_FindObjectsFinal");
  if (!found) {
    fprintf(stderr, "csign: no private key %s\n", argv[3]);
    return 3;
  }

  pthread_t ids[threads];
  long counts[threads], total = 0;
  struct timespec begin, end;
  double used = cpu();
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (int i = 0; i < threads; i++) pthread_create(&ids[i], NULL, sign, &counts[i]);
  struct timespec pause = {atoi(argv[6]), 0};
  nanosleep(&pause, NULL);
  stop = 1;
  for (int i = 0; i < threads; i++) {
    pthread_join(ids[i], NULL);
    total += counts[i];
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf("%.1f %.1f\n", total / (seconds(end) - seconds(begin)), total / (cpu() - used));
  return 0;
}
