-- A22: a file outside of the script's folder.
-- ends: load
-- says: a name has letters, digits
require "../ScriptRun"
