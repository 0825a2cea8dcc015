-- Bytes that are no UTF-8, as a value and as a key.
-- expect: review rule_error
-- message: not UTF-8
rule "attack" { pre_check = function() return deny("bytes", { ["\xff\xfe"] = "\xc0\x80" }) end }
