-- A22: a C library.
-- ends: load
-- says: there is no file
require "libc"
