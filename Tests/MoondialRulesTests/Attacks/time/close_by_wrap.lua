-- A wrapped coroutine that fails is closed by the wrapper, with a handler that never ends.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    pcall(coroutine.wrap(function()
      local x <close> = setmetatable({}, { __close = function() while true do end end })
      error "close me"
    end))
    return allow "escaped"
  end,
}
