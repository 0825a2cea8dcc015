-- A coroutine instead of an answer.
-- expect: review rule_error
rule "attack" { pre_check = function() return coroutine.running() end }
