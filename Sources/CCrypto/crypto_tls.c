#include "crypto_parts.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

// 2: at least 112 bits, as Debian's own configuration asks for.
enum { SECURITY_LEVEL = 2 };

// Where distributions keep the authorities that they believe, the first that is there counts.
static const char *const system_authorities[] = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, RHEL
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // newer ones of these
    "/etc/ssl/ca-bundle.pem",                             // openSUSE
    "/etc/ssl/cert.pem",                                  // others
};

static const unsigned char http[] = "\x08http/1.1";
enum { HTTP_SIZE = sizeof http - 1 };

struct crypto_tls {
    SSL *ssl;
    BIO *in, *out;
    // The first error of the other side's certificate, and when that is valid.
    int error;
    int64_t starts, ends;
};

static SSL_CTX *of(struct crypto_tls_context *context) { return (SSL_CTX *)(void *)context; }

static SSL_CTX *new_context(const SSL_METHOD *method) {
    crypto_begin();
    OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    SSL_CTX *context = SSL_CTX_new(method);
    if (context == NULL) return NULL;
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_security_level(context, SECURITY_LEVEL);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return context;
}

// ---- Clients

// Notes the first thing that is wrong, and lets it be wrong.
static int verified(int is_good, X509_STORE_CTX *store) {
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct crypto_tls *tls = SSL_get_app_data(ssl);
    if (is_good || tls->error != X509_V_OK) return is_good;
    tls->error = X509_STORE_CTX_get_error(store);
    const X509 *certificate = X509_STORE_CTX_get0_cert(store);
    if (certificate != NULL) crypto_validity(certificate, &tls->starts, &tls->ends);
    return is_good;
}

struct crypto_tls_context *crypto_tls_client(bool trusts_system, char *reason) {
    SSL_CTX *context = new_context(TLS_client_method());
    if (context == NULL || SSL_CTX_set_alpn_protos(context, http, HTTP_SIZE) != 0) {
        SSL_CTX_free(context);
        crypto_fail(reason, "no TLS");
        return NULL;
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, verified);
    size_t places = trusts_system ? sizeof system_authorities / sizeof *system_authorities : 0;
    for (size_t at = 0; at < places; at++)
        if (SSL_CTX_load_verify_file(context, system_authorities[at]) == 1) break;
    ERR_clear_error();
    return (struct crypto_tls_context *)(void *)context;
}

// Takes certificate by certificate to the end of a text; false: one is broken.
static bool each_certificate(
    const char *pem, size_t count, bool (*take)(SSL_CTX *, X509 *, size_t), SSL_CTX *context,
    size_t *whole) {
    BIO *text = BIO_new_mem_buf(pem, (int)count);
    X509 *certificate = NULL;
    *whole = 0;
    ERR_clear_error();
    while (text != NULL && (certificate = crypto_next_certificate(text)) != NULL) {
        bool is_taken = take(context, certificate, *whole);
        X509_free(certificate);
        if (!is_taken) break;
        *whole += 1;
    }
    bool is_end = certificate == NULL && crypto_is_end_of_text();
    BIO_free(text);
    ERR_clear_error();
    return is_end;
}

static bool trust(SSL_CTX *context, X509 *certificate, size_t place) {
    (void)place;
    return X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate) == 1;
}

bool crypto_tls_trust(
    struct crypto_tls_context *context, const char *pem, size_t count, size_t *whole) {
    return each_certificate(pem, count, trust, of(context), whole);
}

// ---- Servers

static int choose_http(
    SSL *ssl, const unsigned char **chosen, unsigned char *size, const unsigned char *offered,
    unsigned int count, void *user) {
    (void)ssl, (void)user;
    int result = SSL_select_next_proto(
        (unsigned char **)(uintptr_t)chosen, size, http, HTTP_SIZE, offered, count);
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

// The first is the server's own, the others vouch for it.
static bool show(SSL_CTX *context, X509 *certificate, size_t place) {
    return place == 0 ? SSL_CTX_use_certificate(context, certificate) == 1
                      : SSL_CTX_add1_chain_cert(context, certificate) == 1;
}

static enum crypto_tls_flaw use_key(SSL_CTX *context, const char *key, size_t count) {
    EVP_PKEY *own = crypto_read_key(key, count);
    if (own == NULL) return CRYPTO_TLS_NO_KEY;
    bool fits = SSL_CTX_use_PrivateKey(context, own) == 1
        && SSL_CTX_check_private_key(context) == 1;
    EVP_PKEY_free(own);
    return fits ? CRYPTO_TLS_NO_FLAW : CRYPTO_TLS_UNLIKE;
}

struct crypto_tls_context *crypto_tls_server(
    const char *chain, size_t chain_count, const char *key, size_t key_count,
    enum crypto_tls_flaw *flaw, size_t *whole) {
    SSL_CTX *context = new_context(TLS_server_method());
    if (context == NULL) *flaw = CRYPTO_TLS_UNLIKE;
    else if (!each_certificate(chain, chain_count, show, context, whole))
        *flaw = CRYPTO_TLS_BROKEN_CERTIFICATE;
    else *flaw = *whole == 0 ? CRYPTO_TLS_NO_CERTIFICATE : use_key(context, key, key_count);
    ERR_clear_error();
    if (*flaw != CRYPTO_TLS_NO_FLAW) {
        SSL_CTX_free(context);
        return NULL;
    }
    SSL_CTX_set_alpn_select_cb(context, choose_http, NULL);
    return (struct crypto_tls_context *)(void *)context;
}

void crypto_tls_context_free(struct crypto_tls_context *context) { SSL_CTX_free(of(context)); }

// ---- Connections

static bool expect_host(SSL *ssl, const char *host, bool is_address) {
    if (is_address) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

struct crypto_tls *crypto_tls_new(
    struct crypto_tls_context *context, const char *host, bool is_address, char *reason) {
    struct crypto_tls *tls = calloc(1, sizeof *tls);
    SSL *ssl = SSL_new(of(context));
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
    bool is_made = tls != NULL && ssl != NULL && in != NULL && out != NULL
        && (host == NULL || expect_host(ssl, host, is_address));
    if (!is_made) {
        crypto_fail(reason, "no connection of TLS can be made");
        BIO_free(in);
        BIO_free(out);
        SSL_free(ssl);
        free(tls);
        return NULL;
    }
    // An empty one says that there may be more, not that it is the end.
    BIO_set_mem_eof_return(in, -1);
    BIO_set_mem_eof_return(out, -1);
    SSL_set_bio(ssl, in, out);
    SSL_set_app_data(ssl, tls);
    if (host != NULL) SSL_set_connect_state(ssl);
    else SSL_set_accept_state(ssl);
    *tls = (struct crypto_tls){.ssl = ssl, .in = in, .out = out, .error = X509_V_OK};
    return tls;
}

void crypto_tls_free(struct crypto_tls *tls) {
    SSL_free(tls->ssl);
    free(tls);
}

bool crypto_tls_receive(struct crypto_tls *tls, const void *bytes, size_t count) {
    size_t written = 0;
    return count == 0 || (BIO_write_ex(tls->in, bytes, count, &written) == 1 && written == count);
}

size_t crypto_tls_unread(const struct crypto_tls *tls) {
    return BIO_ctrl_pending(tls->in) + (size_t)SSL_pending(tls->ssl);
}

size_t crypto_tls_waiting(const struct crypto_tls *tls) { return BIO_ctrl_pending(tls->out); }

size_t crypto_tls_send(struct crypto_tls *tls, void *bytes, size_t room) {
    size_t count = 0;
    return BIO_read_ex(tls->out, bytes, room, &count) == 1 ? count : 0;
}

// What an operation that did not succeed came to.
static enum crypto_tls_step step(struct crypto_tls *tls, int result, char *reason) {
    switch (SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: ERR_clear_error(); return CRYPTO_TLS_WAITS;
    case SSL_ERROR_ZERO_RETURN: ERR_clear_error(); return CRYPTO_TLS_CLOSED;
    default: crypto_fail(reason, "TLS failed"); return CRYPTO_TLS_FAILED;
    }
}

enum crypto_tls_step crypto_tls_handshake(struct crypto_tls *tls, char *reason) {
    ERR_clear_error();
    int result = SSL_do_handshake(tls->ssl);
    return result == 1 ? CRYPTO_TLS_DONE : step(tls, result, reason);
}

enum crypto_tls_step crypto_tls_read(
    struct crypto_tls *tls, void *bytes, size_t room, size_t *count, char *reason) {
    ERR_clear_error();
    int result = SSL_read_ex(tls->ssl, bytes, room, count);
    return result == 1 ? CRYPTO_TLS_DONE : step(tls, result, reason);
}

enum crypto_tls_step crypto_tls_write(
    struct crypto_tls *tls, const void *bytes, size_t count, char *reason) {
    size_t written = 0;
    ERR_clear_error();
    if (count == 0) return CRYPTO_TLS_DONE;
    int result = SSL_write_ex(tls->ssl, bytes, count, &written);
    return result == 1 ? CRYPTO_TLS_DONE : step(tls, result, reason);
}

void crypto_tls_goodbye(struct crypto_tls *tls) {
    if (SSL_is_init_finished(tls->ssl)) SSL_shutdown(tls->ssl);
    ERR_clear_error();
}

enum crypto_tls_doubt crypto_tls_doubt(
    const struct crypto_tls *tls, int64_t *starts, int64_t *ends) {
    *starts = tls->starts;
    *ends = tls->ends;
    switch (tls->error) {
    case X509_V_OK: return CRYPTO_TLS_BELIEVED;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return CRYPTO_TLS_OTHER_NAME;
    case X509_V_ERR_CERT_HAS_EXPIRED: return CRYPTO_TLS_EXPIRED;
    case X509_V_ERR_CERT_NOT_YET_VALID: return CRYPTO_TLS_EARLY;
    default: return CRYPTO_TLS_UNKNOWN_AUTHORITY;
    }
}
