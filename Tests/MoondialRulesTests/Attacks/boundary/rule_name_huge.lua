-- A name of 10 MiB with escape sequences in it.
-- expect: load rule_error
rule(("\27[31m"):rep(2 << 20)) { pre_check = function() return allow "forged" end }
