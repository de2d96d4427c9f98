-- A22: the loaders of C libraries.
-- ends: failure
-- says: `package` is not offered to strategies
require "attacked"

function attack() return package.loadlib('libc.so.6', 'system') end
