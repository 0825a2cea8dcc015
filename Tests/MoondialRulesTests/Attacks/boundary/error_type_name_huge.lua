-- __name is shown in messages: a mebibyte of it, with escape sequences.
-- expect: review rule_error
rule "attack" { pre_check = function() error(setmetatable({}, { __name = ("\27[2J"):rep(1 << 18) })) end }
