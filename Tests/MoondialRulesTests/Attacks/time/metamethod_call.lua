-- Calls of a table that is its own __call handler's argument, tail called for ever.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local t = setmetatable({}, { __call = function(self) return self() end })
    return t()
  end,
}
