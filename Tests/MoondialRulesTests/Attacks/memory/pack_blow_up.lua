-- string.pack pads to the size that the format names.
-- expect: review rule_error
-- budget: hook=5s run=5s
rule "attack" { pre_check = function() return deny(string.pack("c2000000000", "x")) end }
