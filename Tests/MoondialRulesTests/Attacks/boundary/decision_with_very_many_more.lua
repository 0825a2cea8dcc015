-- 200,000 results at once.
-- expect: review rule_limit
rule "attack" { pre_check = function() return table.unpack({}, 1, 200000) end }
