-- A finalizer runs at any time, in any run, with the hooks off: an endless one could not be killed.
-- expect: review rule_error
-- message: __gc
rule "attack" { pre_check = function() setmetatable({}, { __gc = function() while true do end end }) end }
