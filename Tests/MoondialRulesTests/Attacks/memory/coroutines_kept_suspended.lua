-- The same with coroutines that have begun, under pcall, which must not catch it.
-- expect: review rule_limit
rule "attack" {
  pre_check = function()
    local keep = {}
    while true do
      pcall(function()
        local co = coroutine.wrap(coroutine.yield)
        co()
        keep[#keep + 1] = co
      end)
    end
  end,
}
