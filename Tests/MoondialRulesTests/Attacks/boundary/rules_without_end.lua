-- Defines rules until the memory is gone, each of which a run would ask.
-- expect: load rule_timeout
-- budget: load=200ms memory=64GiB vm=64GiB
for i = 1, math.huge do rule("rule " .. i) { on_decision = function() end } end
