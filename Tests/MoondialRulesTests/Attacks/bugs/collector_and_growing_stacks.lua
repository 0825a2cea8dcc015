-- Stacks that grow and shrink while the collector runs, with open upvalues on them: crashes of 5.4.0 to 5.4.3.
-- expect: deny survived
-- budget: hook=10s run=10s memory=64GiB vm=1GiB coroutines=10000
rule "attack" {
  pre_check = function()
    local function deep(n, f) if n > 0 then return (deep(n - 1, function() return n, f end)) end return { f } end
    for _ = 1, 50 do
      local co = coroutine.wrap(function() coroutine.yield(deep(2000)) return deep(10) end)
      local a, b = co(), co()
      for i = 1, 1000 do a[i] = { b, i } end
    end
    return deny "survived"
  end,
}
