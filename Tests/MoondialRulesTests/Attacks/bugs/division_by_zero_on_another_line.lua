-- The message of a division by zero can name a line before it (up to 5.4.4); there must be one all the same.
-- expect: review rule_error
-- message: attempt to perform 'n%
rule "attack" {
  pre_check = function()
    local a = 1
    local b = 0
    local ok, message = pcall(function()
      local c = a
      return c // b
    end)
    if ok or not message:find "attempt to divide by zero" then return deny(tostring(message)) end
    return a % b
  end,
}
