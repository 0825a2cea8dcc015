-- Greedy captures that give back one character at a time.
-- expect: review rule_timeout
rule "attack" { pre_check = function() return ("a"):rep(20000):match "(.*)(.*)(.*)(.*)b" and allow "found" end }
