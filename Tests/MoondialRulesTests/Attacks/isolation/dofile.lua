-- dofile and loadfile read any file, and tell in their message what is in it.
-- expect: review rule_error
-- message: undefined global 'dofile'
rule "attack" { pre_check = function() dofile "/etc/passwd" end }
