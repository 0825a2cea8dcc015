-- The chain is left suspended and kept: whoever frees the state must not run its closing handlers.
-- expect: deny survived
-- runs: 2
local kept = {}
rule "attack" {
  pre_check = function()
    for _ = 1, 50 do
      local previous = kept[#kept]
      local co = coroutine.create(function()
        local x <close> = setmetatable({}, { __close = function() coroutine.close(previous) while true do end end })
        coroutine.yield()
      end)
      coroutine.resume(co)
      kept[#kept + 1] = co
    end
    return deny "survived"
  end,
}
