-- Each coroutine closes the one before in its closing handler, and each close starts with a fresh count of C calls:
-- 30,000 of them overflow the C stack of stock Lua 5.4.4, which crashes.
-- expect: deny survived
-- budget: coroutines=40000 memory=512MiB vm=1GiB hook=10s run=10s
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
    return deny "survived"
  end,
}
