#include "crypto_parts.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The bits of a serial number: positive, and never met twice.
enum { SERIAL_BITS = 127, VERSION_3 = 2 };

// The text behind a file of OpenSSL's, with its zero; NULL: none.
static char *text_of(BIO *file) {
    char *bytes = NULL;
    long count = BIO_get_mem_data(file, &bytes);
    char *text = count > 0 ? malloc((size_t)count + 1) : NULL;
    if (text == NULL) return NULL;
    memcpy(text, bytes, (size_t)count);
    text[count] = 0;
    return text;
}

static X509 *read_certificate(const char *pem) {
    BIO *file = BIO_new_mem_buf(pem, -1);
    X509 *certificate = file != NULL ? crypto_next_certificate(file) : NULL;
    BIO_free(file);
    return certificate;
}

static bool extend(X509 *certificate, X509 *issuer, int kind, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509V3_set_ctx_nodb(&context);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    bool is_added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return is_added;
}

static bool set_serial(X509 *certificate) {
    BIGNUM *number = BN_new();
    bool is_set = number != NULL
        && BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1
        && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return is_set;
}

static bool set_name(X509_NAME *name, const char *text) {
    return X509_NAME_add_entry_by_txt(
               name, "CN", MBSTRING_UTF8, (const unsigned char *)text, -1, -1, 0)
        == 1;
}

static bool set_terms(
    X509 *certificate, EVP_PKEY *key, X509 *issuer, const struct crypto_certificate_terms *terms) {
    X509_NAME *subject = X509_get_subject_name(certificate);
    time_t starts = (time_t)terms->starts, ends = (time_t)terms->ends;
    if (X509_set_version(certificate, VERSION_3) != 1 || !set_serial(certificate)
        || ASN1_TIME_set(X509_getm_notBefore(certificate), starts) == NULL
        || ASN1_TIME_set(X509_getm_notAfter(certificate), ends) == NULL
        || !set_name(subject, terms->name)
        || X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) != 1
        || X509_set_pubkey(certificate, key) != 1
        || !extend(certificate, issuer, NID_subject_key_identifier, "hash"))
        return false;
    if (terms->is_authority) {
        if (!extend(
                certificate, issuer, NID_basic_constraints,
                terms->constraint != NULL ? "critical,CA:TRUE,pathlen:0" : "critical,CA:TRUE")
            || !extend(certificate, issuer, NID_key_usage, "critical,keyCertSign"))
            return false;
        if (terms->constraint == NULL) return true;
        char constraint[300];
        int count = snprintf(
            constraint, sizeof constraint, "critical,permitted;DNS:%s", terms->constraint);
        return count < (int)sizeof constraint
            && extend(certificate, issuer, NID_name_constraints, constraint);
    }
    return extend(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE")
        && extend(certificate, issuer, NID_key_usage, "critical,digitalSignature")
        && extend(certificate, issuer, NID_ext_key_usage, "serverAuth")
        && extend(certificate, issuer, NID_authority_key_identifier, "keyid")
        && (terms->names == NULL
            || extend(certificate, issuer, NID_subject_alt_name, terms->names));
}

bool crypto_identity_make(
    const struct crypto_certificate_terms *terms, const struct crypto_identity *issuer,
    struct crypto_identity *result, char *reason) {
    *result = (struct crypto_identity){0};
    crypto_begin();
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    X509 *certificate = X509_new();
    EVP_PKEY *signer = issuer != NULL ? crypto_read_key(issuer->key, strlen(issuer->key)) : key;
    X509 *above = issuer != NULL ? read_certificate(issuer->certificate) : certificate;
    BIO *certificate_file = BIO_new(BIO_s_mem()), *key_file = BIO_new(BIO_s_secmem());
    bool is_made = key != NULL && certificate != NULL && signer != NULL && above != NULL
        && certificate_file != NULL && key_file != NULL
        && set_terms(certificate, key, above, terms)
        && X509_sign(certificate, signer, crypto_md_sha256()) > 0
        && PEM_write_bio_X509(certificate_file, certificate) == 1
        && PEM_write_bio_PrivateKey(key_file, key, NULL, NULL, 0, NULL, NULL) == 1;
    if (is_made) {
        result->certificate = text_of(certificate_file);
        result->key = text_of(key_file);
        is_made = result->certificate != NULL && result->key != NULL;
    }
    if (!is_made) {
        crypto_fail(reason, "no certificate can be made");
        crypto_identity_free(result);
    }
    BIO_free(certificate_file);
    BIO_free(key_file);
    if (issuer != NULL) {
        X509_free(above);
        EVP_PKEY_free(signer);
    }
    X509_free(certificate);
    EVP_PKEY_free(key);
    return is_made;
}

bool crypto_identity_read(
    const struct crypto_identity *identity, int64_t *starts, int64_t *ends, char *reason) {
    crypto_begin();
    EVP_PKEY *key = crypto_read_key(identity->key, strlen(identity->key));
    X509 *certificate = read_certificate(identity->certificate);
    bool is_whole = key != NULL && certificate != NULL
        && X509_check_private_key(certificate, key) == 1
        && crypto_validity(certificate, starts, ends);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return is_whole ? true : crypto_fail(reason, "no certificate with its key");
}

void crypto_identity_free(struct crypto_identity *identity) {
    if (identity->key != NULL) OPENSSL_cleanse(identity->key, strlen(identity->key));
    free(identity->key);
    free(identity->certificate);
    *identity = (struct crypto_identity){0};
}
