// What Swift's Glibc leaves out, because it takes any number of arguments.
#include <sys/prctl.h>

// Whether core files and other processes of the user may show this one's memory.
static inline int process_set_dumpable(int isDumpable) {
    return prctl(PR_SET_DUMPABLE, isDumpable, 0, 0, 0);
}
