-- A decision as the error: raising allow is not returning it.
-- expect: review rule_error
rule "attack" { pre_check = function() error(allow) end }
