-- The kill makes one coroutine dead, and resume returns false like pcall does: start the next one.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    while true do
      coroutine.resume(coroutine.create(function() while true do end end))
    end
  end,
}
