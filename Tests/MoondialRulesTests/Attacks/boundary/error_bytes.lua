-- A message that is no UTF-8, with a zero byte in it.
-- expect: review rule_error
rule "attack" { pre_check = function() error("\xff\0\xfe", 0) end }
