-- An endpoint where a decision is wanted.
-- expect: review rule_error
rule "attack" { map_result = function() return "h5" end }
