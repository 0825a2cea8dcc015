-- ipairs asks __index, which always has a value.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    for _ in ipairs(setmetatable({}, { __index = function() return 1 end })) do end
  end,
}
