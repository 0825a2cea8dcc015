-- Recursion of small depth that takes exponential time: no loop at all.
-- expect: review rule_timeout
local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end
rule "attack" { pre_check = function() return fib(90) > 0 and deny "finished" end }
