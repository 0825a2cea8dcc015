-- The verdict is a match, and the loop keeps it from being mapped: it must not be allowed in the end.
-- expect: review rule_timeout
rule "attack" { map_result = function() while true do end end }
