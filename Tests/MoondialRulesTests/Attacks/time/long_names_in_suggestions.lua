-- The distance of two long names takes time in proportion to the product of their lengths.
-- expect: review rule_error
-- message: undefined global 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'
_G[("x"):rep(100000)] = 1
local read = load("return " .. ("x"):rep(99999))
rule "attack" { pre_check = function() return read() end }
