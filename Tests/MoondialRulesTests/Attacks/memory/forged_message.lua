-- Raises Lua's own message for a lack of memory: hosts that compare texts retire a healthy state.
-- expect: review rule_error
-- message: not enough memory
rule "attack" { pre_check = function() error("not enough memory", 0) end }
