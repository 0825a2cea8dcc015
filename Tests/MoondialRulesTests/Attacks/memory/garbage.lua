-- Keeps nothing, but makes garbage as fast as it can: the collector must not fall behind.
-- expect: review rule_timeout
-- budget: memory=64GiB vm=64MiB
rule "attack" { pre_check = function() while true do local _ = { {}, {}, "x" .. math.random(1000000) } end end }
