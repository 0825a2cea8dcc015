-- The running coroutine resumes, wraps and closes itself, at the top and below.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local function try()
      local co = coroutine.running()
      return coroutine.resume(co) or pcall(coroutine.close, co)
    end
    if try() or coroutine.wrap(try)() then return end
    local self
    self = coroutine.wrap(function() return pcall(self) end)
    return not self() and deny "survived"
  end,
}
