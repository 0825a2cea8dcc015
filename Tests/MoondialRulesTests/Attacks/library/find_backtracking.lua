-- Five lazy repetitions without a match: the stock matcher tries them all, in C, for years.
-- expect: review rule_timeout
rule "attack" { pre_check = function() return ("a"):rep(30000):find ".-.-.-.-b" and allow "found" end }
