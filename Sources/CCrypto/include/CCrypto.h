// OpenSSL's libcrypto for what this project signs: digests, codes over them, keys, certificates.
//
// No header of OpenSSL is seen beyond this one: its types stay behind fixed sizes and one pointer.
#ifndef CCRYPTO_H
#define CCRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CRYPTO_SHA1_SIZE = 20,
    CRYPTO_SHA256_SIZE = 32,
    CRYPTO_RIPEMD160_SIZE = 20,
    CRYPTO_ED25519_SIZE = 64,
    CRYPTO_SECP256K1_SIZE = 64,
    // The room for a reason in words, with its zero.
    CRYPTO_REASON_SIZE = 256,
};

// ---- Digests: values that may be copied at any point and go on from there.

struct crypto_sha256 {
    uint64_t words[14];
};

void crypto_sha256_start(struct crypto_sha256 *digest);
void crypto_sha256_add(struct crypto_sha256 *digest, const void *bytes, size_t count);
// What was added so far; the digest itself is spent by it.
void crypto_sha256_finish(struct crypto_sha256 *digest, uint8_t *result);

void crypto_sha1(const void *bytes, size_t count, uint8_t *result);
void crypto_ripemd160(const void *bytes, size_t count, uint8_t *result);

// ---- HMAC (RFC 2104): a key is worked in once, both blocks of it.

struct crypto_hmac_sha256 {
    struct crypto_sha256 inner, outer;
};

void crypto_hmac_sha256_prepare(struct crypto_hmac_sha256 *key, const void *secret, size_t count);
void crypto_hmac_sha256_code(
    const struct crypto_hmac_sha256 *key, const void *bytes, size_t count, uint8_t *result);

// Overwrites what is not needed any more, also where a compiler would leave that out.
void crypto_forget(void *bytes, size_t count);

// ---- Keys with two halves. A function that gives false or NULL puts the reason into `reason`,
// CRYPTO_REASON_SIZE bytes of it; no reason tells of a key.

struct crypto_key;

void crypto_key_free(struct crypto_key *key);

struct crypto_key *crypto_ed25519_private(const uint8_t seed[32], char *reason);
struct crypto_key *crypto_ed25519_public(const uint8_t point[32], char *reason);
bool crypto_ed25519_point(const struct crypto_key *key, uint8_t point[32], char *reason);
bool crypto_ed25519_sign(
    const struct crypto_key *key, const void *bytes, size_t count, uint8_t *signature,
    char *reason);
bool crypto_ed25519_verify(
    const struct crypto_key *key, const void *bytes, size_t count, const uint8_t *signature);

struct crypto_key *crypto_secp256k1_private(const uint8_t scalar[32], char *reason);
// A point as SEC 1 writes it: 33 bytes or 65.
struct crypto_key *crypto_secp256k1_public(const uint8_t *point, size_t count, char *reason);
// The public half in 33 bytes.
bool crypto_secp256k1_point(const struct crypto_key *key, uint8_t point[33], char *reason);
// The x coordinate of the shared point, leading zeros kept.
bool crypto_secp256k1_agree(
    const struct crypto_key *own, const struct crypto_key *other, uint8_t secret[32],
    char *reason);
// Over the SHA-256 digest of the text: r and s, 32 bytes each, s in the lower half of its range.
bool crypto_secp256k1_sign(
    const struct crypto_key *key, const uint8_t digest[32], uint8_t *signature, char *reason);
bool crypto_secp256k1_verify(
    const struct crypto_key *key, const uint8_t digest[32], const uint8_t *signature);

// ---- Certificates of P-256 keys, for servers of tests. Texts are PEM, given back by
// crypto_identity_free.

struct crypto_certificate_terms {
    const char *name;         // the subject's common name
    int64_t starts, ends;     // seconds since 1970
    bool is_authority;
    const char *constraint;   // an authority vouches for this name alone; NULL: for any
    const char *names;        // a server's: "DNS:localhost,IP:127.0.0.1"; NULL: none
};

struct crypto_identity {
    char *certificate;
    char *key;
};

// Signed by the issuer; by itself where there is none.
bool crypto_identity_make(
    const struct crypto_certificate_terms *terms, const struct crypto_identity *issuer,
    struct crypto_identity *result, char *reason);
// Whether the certificate is of the key, and from when to when it is valid.
bool crypto_identity_read(
    const struct crypto_identity *identity, int64_t *starts, int64_t *ends, char *reason);
void crypto_identity_free(struct crypto_identity *identity);

#include "CCryptoTLS.h"

#endif
