-- debug reads and changes any function's variables.
-- expect: review rule_error
-- message: undefined global 'debug'
rule "attack" { pre_check = function() return debug.getregistry() end }
