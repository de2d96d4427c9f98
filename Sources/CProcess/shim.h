// What Swift's Glibc leaves out: functions that take any number of arguments, and the linker's own names.
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

// Whether core files and other processes of the user may show this one's memory.
static inline int process_set_dumpable(int isDumpable) {
    return prctl(PR_SET_DUMPABLE, isDumpable, 0, 0, 0);
}

// The list of this program's addresses that the loader has adjusted: read once, before `main`, and kept in memory
// as long as nobody says that it may go. Whoever reads there again gets the file's bytes again.
static inline void process_release_relocations(void) {
    extern const char __ehdr_start[] __attribute__((visibility("hidden")));
    uintptr_t base = (uintptr_t)__ehdr_start, start = 0, size = 0;
    for (const ElfW(Dyn) *entry = _DYNAMIC; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_RELA) start = entry->d_un.d_ptr;
        if (entry->d_tag == DT_RELASZ) size = entry->d_un.d_val;
    }
    if (start < base) start += base;  // some loaders leave it as it stands in the file
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = (start + page - 1) / page * page, end = (start + size) / page * page;
    if (first < end) madvise((void *)first, end - first, MADV_DONTNEED);
}
