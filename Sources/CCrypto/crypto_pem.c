#include "crypto_parts.h"

#include <openssl/err.h>
#include <openssl/pem.h>

// Nobody is asked for a passphrase: a document that has one cannot be read.
static int no_passphrase(char *text, int size, int writes, void *user) {
    (void)text, (void)size, (void)writes, (void)user;
    return -1;
}

X509 *crypto_next_certificate(BIO *text) {
    return PEM_read_bio_X509_AUX(text, NULL, no_passphrase, NULL);
}

bool crypto_is_end_of_text(void) {
    return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
}

EVP_PKEY *crypto_read_key(const char *pem, size_t count) {
    BIO *text = BIO_new_mem_buf(pem, (int)count);
    EVP_PKEY *key = text != NULL ? PEM_read_bio_PrivateKey(text, NULL, no_passphrase, NULL) : NULL;
    BIO_free(text);
    return key;
}

static bool seconds_of(const ASN1_TIME *time, int64_t *seconds) {
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0, rest = 0;
    bool is_known = epoch != NULL && ASN1_TIME_diff(&days, &rest, epoch, time) == 1;
    ASN1_TIME_free(epoch);
    *seconds = (int64_t)days * 86400 + rest;
    return is_known;
}

bool crypto_validity(const X509 *certificate, int64_t *starts, int64_t *ends) {
    return seconds_of(X509_get0_notBefore(certificate), starts)
        && seconds_of(X509_get0_notAfter(certificate), ends);
}
