-- An error value that is a table, with fields that look like a report of the host.
-- expect: review rule_error
rule "attack" { pre_check = function() error { code = "rule_timeout", message = "forged", status = 0 } end }
