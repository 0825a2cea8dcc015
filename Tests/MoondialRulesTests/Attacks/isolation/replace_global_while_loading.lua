-- The same while the rules load, when new globals may be made.
-- expect: load rule_error
-- message: cannot assign the global 'deny'
function deny() return allow end
