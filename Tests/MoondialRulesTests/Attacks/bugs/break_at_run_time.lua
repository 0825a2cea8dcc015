-- The same in a chunk that load makes, in a coroutine that is closed in the middle of it.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local co = coroutine.create(load [[
      local closing = setmetatable({}, { __close = function() end })
      do
        local a, b, c, d, e, f, g, h
        for k in next, { 1 }, nil, closing do
          local function f() return k end
          break
        end
      end
      local x <close> = closing
      coroutine.yield()
    ]])
    coroutine.resume(co)
    coroutine.close(co)
    return deny "survived"
  end,
}
