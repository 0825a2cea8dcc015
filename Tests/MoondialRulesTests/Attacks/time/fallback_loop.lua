-- After an attempt without a verdict.
-- expect: review rule_timeout
-- token: sim:code=9002
rule "attack" { fallback = function() while true do end end }
