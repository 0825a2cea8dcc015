-- Makes coroutines and keeps them: a kilobyte each, but also work for the host that tracks them.
-- expect: review rule_limit
rule "attack" {
  pre_check = function()
    local keep = {}
    while true do keep[#keep + 1] = coroutine.create(print) end
  end,
}
