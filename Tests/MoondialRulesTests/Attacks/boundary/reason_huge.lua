-- A mebibyte of reason goes to the caller, the trace and the log.
-- expect: review rule_error
rule "attack" { pre_check = function() return deny(("x"):rep(1 << 20)) end }
