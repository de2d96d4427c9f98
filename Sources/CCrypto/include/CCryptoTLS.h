// TLS by OpenSSL's libssl, without sockets: bytes of the network go in and come out by hand.
#ifndef CCRYPTO_TLS_H
#define CCRYPTO_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct crypto_tls_context;
struct crypto_tls;

// TLS 1.2 or later, the chain and the host's name verified, HTTP/1.1 and nothing else.
// Believes those authorities that the system does where trusts_system, and those added.
struct crypto_tls_context *crypto_tls_client(bool trusts_system, char *reason);
// The authorities in a text of PEM; gives how many there are before its end, or before the first that
// is broken.
bool crypto_tls_trust(
    struct crypto_tls_context *context, const char *pem, size_t count, size_t *whole);

enum crypto_tls_flaw {
    CRYPTO_TLS_NO_FLAW,
    CRYPTO_TLS_NO_CERTIFICATE,
    CRYPTO_TLS_BROKEN_CERTIFICATE,  // behind `whole` that are not
    CRYPTO_TLS_NO_KEY,
    CRYPTO_TLS_UNLIKE,
};
// One's own certificate with its chain behind it, and its key, both PEM. NULL: see the flaw.
struct crypto_tls_context *crypto_tls_server(
    const char *chain, size_t chain_count, const char *key, size_t key_count,
    enum crypto_tls_flaw *flaw, size_t *whole);
void crypto_tls_context_free(struct crypto_tls_context *context);

// One connection. A client's host is what the certificate must name; a server's is NULL.
struct crypto_tls *crypto_tls_new(
    struct crypto_tls_context *context, const char *host, bool is_address, char *reason);
void crypto_tls_free(struct crypto_tls *tls);

// Bytes from the network, and those for it.
bool crypto_tls_receive(struct crypto_tls *tls, const void *bytes, size_t count);
// What came and was not read yet: encrypted bytes, and decrypted ones of a record's rest.
size_t crypto_tls_unread(const struct crypto_tls *tls);
size_t crypto_tls_waiting(const struct crypto_tls *tls);
size_t crypto_tls_send(struct crypto_tls *tls, void *bytes, size_t room);

enum crypto_tls_step {
    CRYPTO_TLS_DONE,
    CRYPTO_TLS_WAITS,   // for bytes from the network
    CRYPTO_TLS_CLOSED,  // the other side said goodbye
    CRYPTO_TLS_FAILED,  // for good; the reason tells
};
enum crypto_tls_step crypto_tls_handshake(struct crypto_tls *tls, char *reason);
enum crypto_tls_step crypto_tls_read(
    struct crypto_tls *tls, void *bytes, size_t room, size_t *count, char *reason);
enum crypto_tls_step crypto_tls_write(
    struct crypto_tls *tls, const void *bytes, size_t count, char *reason);
// Says goodbye, where that can be said.
void crypto_tls_goodbye(struct crypto_tls *tls);

enum crypto_tls_doubt {
    CRYPTO_TLS_BELIEVED,
    CRYPTO_TLS_UNKNOWN_AUTHORITY,
    CRYPTO_TLS_OTHER_NAME,
    CRYPTO_TLS_EXPIRED,
    CRYPTO_TLS_EARLY,
};
// Why the other side's certificate was not believed, and when it is valid, in seconds since 1970.
enum crypto_tls_doubt crypto_tls_doubt(
    const struct crypto_tls *tls, int64_t *starts, int64_t *ends);

#endif
