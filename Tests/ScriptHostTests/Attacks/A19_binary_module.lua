-- A19: a required file that is bytecode.
-- ends: load
-- says: is compiled Lua
require "bytecode"
