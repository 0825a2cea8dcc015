-- C-stack overflow with deep nesting of coroutine.close: stock 5.4.4 crashes at 30,000, since each close begins a fresh
-- count of C calls. Here within the limit of coroutines, which must hold it as well.
-- expect: review rule_limit
rule "attack" {
  pre_check = function()
    local last
    for _ = 1, 30000 do
      local previous = last
      last = coroutine.create(function()
        local x <close> = setmetatable({}, { __close = function() if previous then coroutine.close(previous) end end })
        coroutine.yield()
      end)
      coroutine.resume(last)
    end
    coroutine.close(last)
    return allow "escaped"
  end,
}
