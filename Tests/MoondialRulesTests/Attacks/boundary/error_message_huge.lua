-- A message of 16 MiB.
-- expect: review rule_error
rule "attack" { pre_check = function() error(("x"):rep(16 << 20), 0) end }
