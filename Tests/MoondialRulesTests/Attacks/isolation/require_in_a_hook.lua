-- Modules load with the rules, and not later, when the files may have changed.
-- expect: review rule_error
-- message: in a hook
rule "attack" { pre_check = function() require "lib.late" end }
