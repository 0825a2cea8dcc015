-- The loop is not in the file but in a text that the rule makes at run time, so reading the file tells nothing.
-- expect: review rule_timeout
rule "attack" { pre_check = function() load(("while %s do end"):format "true") () end }
