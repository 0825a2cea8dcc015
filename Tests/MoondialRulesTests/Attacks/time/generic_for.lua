-- An iterator in C that never returns nil: the loop body is empty, and the iterator is no Lua function.
-- expect: review rule_timeout
rule "attack" { pre_check = function() for _ in rawlen, {} do end end }
