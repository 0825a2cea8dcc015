-- A new global in a hook would be seen by all later runs.
-- expect: review rule_error
-- message: cannot assign the global 'leak'
rule "attack" { pre_check = function(req) leak = req.phone end }
