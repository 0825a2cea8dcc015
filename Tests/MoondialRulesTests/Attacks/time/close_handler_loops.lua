-- A to-be-closed variable runs script code when its block ends, whatever ended it.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local x <close> = setmetatable({}, { __close = function() while true do end end })
    return allow "escaped"
  end,
}
