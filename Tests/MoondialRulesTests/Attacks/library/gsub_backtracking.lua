-- Backtracking within gsub, which also starts again at every place.
-- expect: review rule_timeout
rule "attack" { pre_check = function() return (("a"):rep(30000):gsub(".*.*.*b", "")) == "" and allow "gone" end }
