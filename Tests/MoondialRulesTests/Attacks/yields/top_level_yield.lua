-- A yield from the hook itself would reach the host, which waits for something else.
-- expect: review rule_error
-- message: outside a coroutine
rule "attack" { pre_check = function() coroutine.yield "forged" end }
