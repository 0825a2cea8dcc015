-- %p gives the address as such, also of strings.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    for _, value in ipairs { {}, print, ("x"):rep(100), coroutine.running() } do
      local ok, text = pcall(string.format, "%p", value)
      if ok and text:find "0x%x%x%x%x%x%x%x%x" then return end
      ok, text = pcall(string.format, "%s", value)
      if ok and text:find "0x%x%x%x%x%x%x%x%x" then return end
    end
    return deny "survived"
  end,
}
