-- The error ends the hook, but its way out leads through a closing handler that never ends.
-- expect: review rule_error
rule "attack" {
  pre_check = function()
    local x <close> = setmetatable({}, { __close = function() while true do end end })
    error "now close"
  end,
}
