-- The coroutine of a hook belongs to the host, which uses it again: kept from one run, resumed and closed in the next.
-- expect: deny survived
-- runs: 3
local kept = {}
rule "attack" {
  pre_check = function()
    for _, co in ipairs(kept) do
      local ok = coroutine.resume(co)
      pcall(coroutine.close, co)
      if ok then return end
    end
    kept[#kept + 1] = coroutine.running()
    return deny "survived"
  end,
}
