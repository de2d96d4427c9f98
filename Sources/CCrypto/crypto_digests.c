// The digests' own functions, not those by name: they need no preparation, a state is a plain value
// that can be copied, and a code over a short text costs what its blocks cost.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "CCrypto.h"

#include <openssl/crypto.h>
#include <openssl/ripemd.h>
#include <openssl/sha.h>
#include <string.h>

_Static_assert(sizeof(struct crypto_sha256) == sizeof(SHA256_CTX), "the size of a state");

enum { SHA256_BLOCK = 64, INNER = 0x36, OUTER = 0x5c };

static SHA256_CTX *of256(struct crypto_sha256 *digest) { return (SHA256_CTX *)(void *)digest; }

void crypto_sha256_start(struct crypto_sha256 *digest) { SHA256_Init(of256(digest)); }

void crypto_sha256_add(struct crypto_sha256 *digest, const void *bytes, size_t count) {
    SHA256_Update(of256(digest), bytes, count);
}

void crypto_sha256_finish(struct crypto_sha256 *digest, uint8_t *result) {
    SHA256_Final(result, of256(digest));
}

void crypto_sha1(const void *bytes, size_t count, uint8_t *result) {
    SHA_CTX digest;
    SHA1_Init(&digest);
    SHA1_Update(&digest, bytes, count);
    SHA1_Final(result, &digest);
}

void crypto_ripemd160(const void *bytes, size_t count, uint8_t *result) {
    RIPEMD160_CTX digest;
    RIPEMD160_Init(&digest);
    RIPEMD160_Update(&digest, bytes, count);
    RIPEMD160_Final(result, &digest);
}

void crypto_forget(void *bytes, size_t count) { OPENSSL_cleanse(bytes, count); }

// ---- HMAC: the digest after one block of the secret, each byte of it changed by a constant.

static void pad(uint8_t *block, size_t size, uint8_t by) {
    for (size_t at = 0; at < size; at++) block[at] ^= by;
}

void crypto_hmac_sha256_prepare(struct crypto_hmac_sha256 *key, const void *secret, size_t count) {
    uint8_t block[SHA256_BLOCK] = {0};
    struct crypto_sha256 digest;
    if (count > sizeof block) {
        crypto_sha256_start(&digest);
        crypto_sha256_add(&digest, secret, count);
        crypto_sha256_finish(&digest, block);
        crypto_forget(&digest, sizeof digest);
    } else if (count > 0) {
        memcpy(block, secret, count);
    }
    pad(block, sizeof block, INNER);
    crypto_sha256_start(&key->inner);
    crypto_sha256_add(&key->inner, block, sizeof block);
    pad(block, sizeof block, INNER ^ OUTER);
    crypto_sha256_start(&key->outer);
    crypto_sha256_add(&key->outer, block, sizeof block);
    crypto_forget(block, sizeof block);
}

void crypto_hmac_sha256_code(
    const struct crypto_hmac_sha256 *key, const void *bytes, size_t count, uint8_t *result) {
    struct crypto_sha256 digest = key->inner;
    crypto_sha256_add(&digest, bytes, count);
    crypto_sha256_finish(&digest, result);
    digest = key->outer;
    crypto_sha256_add(&digest, result, CRYPTO_SHA256_SIZE);
    crypto_sha256_finish(&digest, result);
}
