-- A decision where an endpoint is wanted.
-- expect: review rule_error
rule "attack" { route = function() return allow "forged" end }
