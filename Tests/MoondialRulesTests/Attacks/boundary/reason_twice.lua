-- A decision that has its reason cannot be given another.
-- expect: review rule_error
-- message: has its reason already
rule "attack" { pre_check = function() return deny "a" "b" end }
