#ifndef CRYPTO_PARTS_H
#define CRYPTO_PARTS_H

#include "CCrypto.h"

#include <openssl/evp.h>

// Nothing of the machine's: no configuration file, no engines. Called before anything of EVP.
void crypto_begin(void);

// The library's own words for what failed last, behind what was tried. Gives false.
bool crypto_fail(char *reason, const char *what);

const EVP_MD *crypto_md_sha256(void);

#endif
