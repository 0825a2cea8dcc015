-- Explicit bounds instead of a length; the empty elements add up to nothing.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local empty = setmetatable({}, { __index = function() return "" end })
    return table.concat(empty, "", 1, math.maxinteger) and nil
  end,
}
