-- Reads by rawlen, writes by type: every step calls two C functions and no script code.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local from, to = setmetatable({}, { __index = rawlen }), setmetatable({}, { __newindex = type })
    table.move(from, 1, 1 << 60, 1, to)
  end,
}
