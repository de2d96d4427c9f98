#include <sqlite3.h>

// What SQLite takes by any number of arguments, which Swift does not give.
static inline int csqlite_set(sqlite3 *database, int setting, int value) {
    return sqlite3_db_config(database, setting, value, (int *)0);
}
