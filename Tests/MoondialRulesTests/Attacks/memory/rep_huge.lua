-- A gibibyte in one call: the system refuses it, or promises it and fails later.
-- expect: review rule_memory
rule "attack" { pre_check = function() return deny(("x"):rep(1 << 30)) end }
