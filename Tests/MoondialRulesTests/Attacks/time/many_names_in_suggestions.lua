-- Thousands of globals with names of 58 letters, each of which is near to the one that is read.
-- expect: review rule_error
-- message: undefined global
-- budget: hook=5s run=10s
for i = 1, 4000 do _G[("x"):rep(54) .. i] = 1 end
local read = load("return " .. ("x"):rep(58))
rule "attack" { pre_check = function() return read() end }
