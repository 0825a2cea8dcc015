-- A decision that is made while the rules load has no larger reason than one that a hook returns.
-- expect: load rule_error
-- message: the reason has 1000000 bytes, at most 65536 are allowed
rule "attack" { map_result = { default = deny(("x"):rep(1000000)) } }
