-- The value is left open, and then an error ends the hook: the host reads the error on that very stack, unprotected,
-- and its pops close what stands there now: a nil has no __close, its call raises, and nobody catches that.
-- expect: review rule_error
rule "attack" {
  pre_check = function()
    local closing = setmetatable({}, { __close = function() end })
    for k in next, { 1 }, nil, closing do
      local function f() return k end
      break
    end
    error(setmetatable({}, { __name = "attack" }))
  end,
}
