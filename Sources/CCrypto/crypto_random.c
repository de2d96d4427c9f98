// glibc has arc4random since 2.36, and Swift's library asks for it. Defined here, the program runs with older
// ones too.
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

uint32_t arc4random(void);

uint32_t arc4random(void) {
    uint32_t number;
    while (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        if (errno != EINTR) abort();
    return number;
}
