#ifndef CRYPTO_PARTS_H
#define CRYPTO_PARTS_H

#include "CCrypto.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

// Nothing of the machine's: no configuration file, no engines. Called before anything of EVP.
void crypto_begin(void);

// The library's own words for what failed last, behind what was tried. Gives false.
bool crypto_fail(char *reason, const char *what);

const EVP_MD *crypto_md_sha256(void);

// The next document of its kind in a text of PEM; NULL: there is none. Nobody is asked for a passphrase.
X509 *crypto_next_certificate(BIO *text);
// Whether that was the text's end, and no document that is broken.
bool crypto_is_end_of_text(void);
EVP_PKEY *crypto_read_key(const char *pem, size_t count);

// From when to when a certificate is valid, in seconds since 1970.
bool crypto_validity(const X509 *certificate, int64_t *starts, int64_t *ends);

#endif
