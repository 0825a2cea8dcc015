-- The plainest attack: a loop that never ends. Hosts without a hook hang for good.
-- expect: review rule_timeout
rule "attack" { pre_check = function() while true do end end }
