-- A library function as a hook: it gets the request and answers with whatever it has.
-- expect: review rule_error
rule "attack" { pre_check = tostring }
