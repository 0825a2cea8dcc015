-- A reason of bytes that are no text.
-- expect: review rule_error
-- message: not UTF-8
rule "attack" { pre_check = function() return deny "\xf0\x9f\x98" end }
