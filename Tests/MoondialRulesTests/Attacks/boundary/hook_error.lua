-- `error` as a hook raises the request itself.
-- expect: review rule_error
rule "attack" { pre_check = error }
