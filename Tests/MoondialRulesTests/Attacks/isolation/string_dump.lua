-- Makes bytecode to look at or to change.
-- expect: review rule_error
rule "attack" { pre_check = function() return deny(string.dump(function() end)) end }
