-- A coroutine resumes and closes the ones that wait for it: its caller, and the hook's own.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local top = coroutine.running()
    local ok = coroutine.wrap(function()
      local middle = coroutine.running()
      return coroutine.wrap(function()
        return coroutine.resume(middle) or pcall(coroutine.close, middle)
          or coroutine.resume(top) or pcall(coroutine.close, top)
      end)()
    end)()
    return not ok and deny "survived"
  end,
}
