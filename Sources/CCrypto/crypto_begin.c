#include "crypto_parts.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static pthread_once_t begun = PTHREAD_ONCE_INIT;
static EVP_MD *sha256;

static void begin(void) {
    // openssl.cnf and OPENSSL_CONF are the machine's: what is signed here does not hang on them.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL);
    sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
}

void crypto_begin(void) { pthread_once(&begun, begin); }

const EVP_MD *crypto_md_sha256(void) {
    crypto_begin();
    return sha256;
}

bool crypto_fail(char *reason, const char *what) {
    // The deepest error is the first of the queue: it knows best.
    unsigned long code = ERR_get_error();
    const char *words = code != 0 ? ERR_reason_error_string(code) : NULL;
    snprintf(
        reason, CRYPTO_REASON_SIZE, "%s%s%s", what, words != NULL ? ": " : "",
        words != NULL ? words : "");
    ERR_clear_error();
    return false;
}
