-- A run that adds a rule for the runs after it.
-- expect: review rule_error
-- message: cannot be called in a hook
rule "attack" { pre_check = function() rule "late" { pre_check = function() return allow "forged" end } end }
