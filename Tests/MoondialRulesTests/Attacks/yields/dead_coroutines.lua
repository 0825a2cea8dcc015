-- Resumes the dead, closes the closed, and asks for the state of everything.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local co = coroutine.create(function() error "dead" end)
    for _ = 1, 100 do
      coroutine.resume(co)
      pcall(coroutine.close, co)
      if coroutine.status(co) ~= "dead" then return end
    end
    local wrapped = coroutine.wrap(function() end)
    wrapped()
    return not pcall(wrapped) and deny "survived"
  end,
}
