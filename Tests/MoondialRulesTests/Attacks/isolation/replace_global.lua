-- Replaces a word of the language for all rules that come after.
-- expect: review rule_error
-- message: cannot assign the global 'deny'
rule "attack" { pre_check = function() deny = allow end }
