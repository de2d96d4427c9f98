-- A22: a file read while trading.
-- ends: failure
-- says: require works while the script loads
require "attacked"

function attack() require "bytecode" end
