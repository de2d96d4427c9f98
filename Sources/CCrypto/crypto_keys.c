#include "crypto_parts.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <string.h>

static EVP_PKEY *of(const struct crypto_key *key) { return (EVP_PKEY *)(void *)(uintptr_t)key; }
static struct crypto_key *as_key(EVP_PKEY *key) { return (struct crypto_key *)(void *)key; }

void crypto_key_free(struct crypto_key *key) { EVP_PKEY_free(of(key)); }

// ---- Ed25519

struct crypto_key *crypto_ed25519_private(const uint8_t seed[32], char *reason) {
    crypto_begin();
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
    if (key == NULL) crypto_fail(reason, "no private key of Ed25519");
    return as_key(key);
}

struct crypto_key *crypto_ed25519_public(const uint8_t point[32], char *reason) {
    crypto_begin();
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, point, 32);
    if (key == NULL) crypto_fail(reason, "no public key of Ed25519");
    return as_key(key);
}

bool crypto_ed25519_point(const struct crypto_key *key, uint8_t point[32], char *reason) {
    size_t count = 32;
    if (EVP_PKEY_get_raw_public_key(of(key), point, &count) == 1 && count == 32) return true;
    return crypto_fail(reason, "no public half");
}

bool crypto_ed25519_sign(
    const struct crypto_key *key, const void *bytes, size_t count, uint8_t *signature,
    char *reason) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t size = CRYPTO_ED25519_SIZE;
    bool is_signed = context != NULL
        && EVP_DigestSignInit(context, NULL, NULL, NULL, of(key)) == 1
        && EVP_DigestSign(context, signature, &size, bytes, count) == 1
        && size == CRYPTO_ED25519_SIZE;
    EVP_MD_CTX_free(context);
    return is_signed ? true : crypto_fail(reason, "no signature");
}

bool crypto_ed25519_verify(
    const struct crypto_key *key, const void *bytes, size_t count, const uint8_t *signature) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool is_good = context != NULL
        && EVP_DigestVerifyInit(context, NULL, NULL, NULL, of(key)) == 1
        && EVP_DigestVerify(context, signature, CRYPTO_ED25519_SIZE, bytes, count) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return is_good;
}

// ---- secp256k1

static const char *const curve = "secp256k1";

// A key of its parts; `scalar` NULL: the public half alone.
static EVP_PKEY *curve_key(const uint8_t *point, size_t count, const BIGNUM *scalar) {
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    OSSL_PARAM *parameters = NULL;
    EVP_PKEY *key = NULL;
    bool is_built = builder != NULL && context != NULL
        && OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) == 1
        && OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, count) == 1
        && (scalar == NULL
            || OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, scalar) == 1)
        && (parameters = OSSL_PARAM_BLD_to_param(builder)) != NULL
        && EVP_PKEY_fromdata_init(context) == 1;
    if (is_built) {
        int parts = scalar == NULL ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR;
        if (EVP_PKEY_fromdata(context, &key, parts, parameters) != 1) key = NULL;
    }
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    return key;
}

struct crypto_key *crypto_secp256k1_private(const uint8_t scalar[32], char *reason) {
    crypto_begin();
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_secp256k1);
    EC_POINT *point = group != NULL ? EC_POINT_new(group) : NULL;
    BIGNUM *number = BN_secure_new();
    EVP_PKEY *key = NULL;
    uint8_t bytes[65];
    bool is_in_range = point != NULL && number != NULL && BN_bin2bn(scalar, 32, number) != NULL
        && !BN_is_zero(number) && BN_cmp(number, EC_GROUP_get0_order(group)) < 0;
    if (is_in_range) {
        BN_set_flags(number, BN_FLG_CONSTTIME);
        if (EC_POINT_mul(group, point, number, NULL, NULL, NULL) == 1
            && EC_POINT_point2oct(
                   group, point, POINT_CONVERSION_UNCOMPRESSED, bytes, sizeof bytes, NULL)
                == sizeof bytes)
            key = curve_key(bytes, sizeof bytes, number);
    }
    BN_clear_free(number);
    EC_POINT_free(point);
    EC_GROUP_free(group);
    if (key == NULL)
        crypto_fail(reason, is_in_range ? "no private key" : "the number is out of its range");
    return as_key(key);
}

struct crypto_key *crypto_secp256k1_public(const uint8_t *point, size_t count, char *reason) {
    crypto_begin();
    EVP_PKEY *key = curve_key(point, count, NULL);
    if (key == NULL) crypto_fail(reason, "no point of the curve");
    return as_key(key);
}

bool crypto_secp256k1_point(const struct crypto_key *key, uint8_t point[33], char *reason) {
    uint8_t bytes[65];
    size_t count = 0;
    if (EVP_PKEY_get_octet_string_param(
            of(key), OSSL_PKEY_PARAM_PUB_KEY, bytes, sizeof bytes, &count)
        != 1)
        return crypto_fail(reason, "no public half");
    if (count == 33) {
        memcpy(point, bytes, 33);
        return true;
    }
    if (count != 65) return crypto_fail(reason, "no public half");
    point[0] = 2 + (bytes[64] & 1);
    memcpy(point + 1, bytes + 1, 32);
    return true;
}

bool crypto_secp256k1_agree(
    const struct crypto_key *own, const struct crypto_key *other, uint8_t secret[32],
    char *reason) {
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, of(own), NULL);
    size_t count = 32;
    bool is_agreed = context != NULL && EVP_PKEY_derive_init(context) == 1
        && EVP_PKEY_derive_set_peer(context, of(other)) == 1
        && EVP_PKEY_derive(context, secret, &count) == 1 && count == 32;
    EVP_PKEY_CTX_free(context);
    return is_agreed ? true : crypto_fail(reason, "no shared secret");
}

bool crypto_secp256k1_sign(
    const struct crypto_key *key, const uint8_t digest[32], uint8_t *signature, char *reason) {
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, of(key), NULL);
    uint8_t der[80];
    size_t count = sizeof der;
    ECDSA_SIG *pair = NULL;
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_secp256k1);
    BIGNUM *lower = NULL, *half = NULL;
    bool is_signed = false;
    if (context != NULL && group != NULL && EVP_PKEY_sign_init(context) == 1
        && EVP_PKEY_sign(context, der, &count, digest, 32) == 1) {
        const uint8_t *at = der;
        pair = d2i_ECDSA_SIG(NULL, &at, (long)count);
    }
    if (pair != NULL) {
        const BIGNUM *order = EC_GROUP_get0_order(group);
        const BIGNUM *s = ECDSA_SIG_get0_s(pair);
        lower = BN_dup(s);
        half = BN_dup(order);
        // Both s and its negative sign: the lower one is taken, so that one signature has one form.
        is_signed = lower != NULL && half != NULL && BN_rshift1(half, half) == 1
            && (BN_cmp(s, half) <= 0 || BN_sub(lower, order, s) == 1)
            && BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, 32) == 32
            && BN_bn2binpad(lower, signature + 32, 32) == 32;
    }
    BN_free(lower);
    BN_free(half);
    ECDSA_SIG_free(pair);
    EC_GROUP_free(group);
    EVP_PKEY_CTX_free(context);
    return is_signed ? true : crypto_fail(reason, "no signature");
}

bool crypto_secp256k1_verify(
    const struct crypto_key *key, const uint8_t digest[32], const uint8_t *signature) {
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature, 32, NULL), *s = BN_bin2bn(signature + 32, 32, NULL);
    uint8_t *der = NULL;
    int count = 0;
    bool is_good = false;
    if (pair != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s) == 1) {
        r = s = NULL;  // the pair's now
        count = i2d_ECDSA_SIG(pair, &der);
    }
    if (count > 0) {
        EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, of(key), NULL);
        is_good = context != NULL && EVP_PKEY_verify_init(context) == 1
            && EVP_PKEY_verify(context, der, (size_t)count, digest, 32) == 1;
        EVP_PKEY_CTX_free(context);
    }
    OPENSSL_free(der);
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(pair);
    ERR_clear_error();
    return is_good;
}
