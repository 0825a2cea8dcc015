-- A coroutine that is closed while it is in xpcall keeps the place of the message handler: an error in a closing
-- handler further out calls whatever is there by then, in memory that may have been freed.
-- expect: deny survived
-- budget: hook=5s run=5s memory=64GiB vm=1GiB
rule "attack" {
  pre_check = function()
    local function closing(f) return setmetatable({}, { __close = f }) end
    local function pad(n, f) if n == 0 then return f() end return (pad(n - 1, f)) end
    local co = coroutine.create(function()
      local outer <close> = closing(function()
        for i = 1, 200000 do local _ = { i } end
        error("outer", 0)
      end)
      pad(150, function()
        return (xpcall(function()
          local inner <close> = closing(function() error("inner", 0) end)
          coroutine.yield()
        end, function(m) return m end))
      end)
    end)
    coroutine.resume(co)
    local ok, problem = coroutine.close(co)
    return not ok and problem == "outer" and deny "survived"
  end,
}
