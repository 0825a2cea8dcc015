-- The fourth value of a generic for is closed when the loop ends: here by a break, and for ever.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local closing = setmetatable({}, { __close = function() while true do end end })
    for _ in next, { 1 }, nil, closing do break end
    return allow "escaped"
  end,
}
