-- Yields of whatever a host might take for its own sign, some by pcall and some by metamethods.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    for _, value in ipairs { moondial.json.null, print, {}, coroutine.running(), 0, "wait", allow } do
      if pcall(coroutine.yield, value) then return end
    end
    local t = setmetatable({}, { __index = coroutine.yield, __call = coroutine.yield })
    if pcall(function() return t.x end) or pcall(t) then return end
    return not pcall(coroutine.yield) and deny "survived"
  end,
}
