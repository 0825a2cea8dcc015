-- Comparisons run script code: == here in a search through pcall, then < and <=.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local function forever() while true do end end
    local mt = { __eq = forever, __lt = forever, __le = forever }
    local a, b = setmetatable({}, mt), setmetatable({}, mt)
    pcall(function() return a == b end)
    pcall(function() return a < b end)
    return a <= b and allow "escaped"
  end,
}
