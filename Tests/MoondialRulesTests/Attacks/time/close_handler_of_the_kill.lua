-- A kill that unwinds the stack runs closing handlers: this one loops, and the next outside loops again.
-- expect: review rule_timeout
local forever = { __close = function() while true do end end }
rule "attack" {
  pre_check = function()
    local a <close> = setmetatable({}, forever)
    local b <close> = setmetatable({}, forever)
    while true do end
  end,
}
