-- The field appears after the check of setmetatable: an __index cannot hide it, since it is read raw.
-- expect: deny survived
-- budget: hook=5s run=5s memory=64GiB vm=64GiB
rule "attack" {
  pre_check = function()
    local ran = false
    local hidden = setmetatable({}, { __index = { __gc = function() ran = true end } })
    pcall(setmetatable, {}, hidden)
    for i = 1, 300000 do local _ = { i } end
    return not ran and deny "survived"
  end,
}
