-- A counting loop over all integers: it ends, in some centuries.
-- expect: review rule_timeout
rule "attack" { pre_check = function() for i = math.mininteger, math.maxinteger do end end }
