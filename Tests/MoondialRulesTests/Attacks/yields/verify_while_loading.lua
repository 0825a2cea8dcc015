-- A run while the rules load, that no rule decides on yet.
-- expect: load rule_error
-- message: while rules load
verify("13800138000", "STsid-example")
