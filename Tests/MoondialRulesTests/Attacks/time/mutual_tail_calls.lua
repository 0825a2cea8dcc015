-- The same with two functions and a method call.
-- expect: review rule_timeout
local object = {}
function object:ping() return self:pong() end
function object:pong() return self:ping() end
rule "attack" { pre_check = function() return object:ping() end }
