-- Unpacks a million elements, each of which takes script code.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local slow = setmetatable({}, { __index = function() for _ = 1, 1000 do end end })
    return select("#", table.unpack(slow, 1, 900000)) > 0 and deny "finished"
  end,
}
