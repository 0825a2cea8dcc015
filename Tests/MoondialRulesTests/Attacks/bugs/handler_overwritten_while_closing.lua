-- A coroutine that is closed inside xpcall uses the message handler though its place on the stack has another value.
-- expect: deny 134
rule "attack" {
  pre_check = function()
    local co = coroutine.create(function()
      local c <close> = setmetatable({}, {__close = function() local x = 134 error(x) end})
      xpcall(coroutine.yield, function() return "handler" end)
    end)
    assert(coroutine.resume(co))
    local ok, value = coroutine.close(co)
    return deny(tostring(not ok and value))
  end,
}
