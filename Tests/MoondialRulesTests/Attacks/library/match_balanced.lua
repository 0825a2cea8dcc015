-- %b looks for the closing bracket to the end of the text, from each opening one.
-- expect: review rule_timeout
rule "attack" { pre_check = function() return ("("):rep(400000):find "%b()" and allow "found" end }
