-- Another hook, same loop.
-- expect: review rule_timeout
rule "attack" { route = function() while true do end end }
