-- The same with no error value at all: `error()` is enough.
-- expect: review rule_error
rule "attack" {
  pre_check = function()
    local closing = setmetatable({}, { __close = function() end })
    for k in next, { 1 }, nil, closing do
      local function f() return k end
      break
    end
    error()
  end,
}
