-- A small text, a small replacement, and %0 in it a thousand times for each match.
-- expect: review rule_memory
-- budget: hook=5s run=5s memory=8MiB
rule "attack" { pre_check = function() return deny((("a"):rep(100000):gsub("a", ("%0"):rep(1000)))) end }
