-- A coroutine as the error, with a chunk name made to break messages.
-- expect: review rule_error
rule "attack" { pre_check = function() load("error((coroutine.running()))", "=" .. ("\n%s\27"):rep(1000)) () end }
