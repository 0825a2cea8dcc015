-- A back reference compares long captures at each place and each length.
-- expect: review rule_timeout
rule "attack" { pre_check = function() return ("a"):rep(60000):match "(.-)%1x" and allow "found" end }
