-- A run within a run, that would start another, and so on.
-- expect: review rule_error
-- message: verify cannot be called in a hook
rule "attack" { pre_check = function(req) verify(req.phone, req.token) end }
