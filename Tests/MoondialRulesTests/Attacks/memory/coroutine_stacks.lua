-- Few coroutines, each with a stack of 100,000 values.
-- expect: review rule_memory
-- budget: hook=5s run=5s memory=32MiB
rule "attack" {
  pre_check = function()
    local keep, list = {}, {}
    for i = 1, 200 do
      keep[i] = coroutine.wrap(function(...) coroutine.yield() return ... end)
      keep[i](table.unpack(list, 1, 100000))
    end
    return allow "escaped"
  end,
}
