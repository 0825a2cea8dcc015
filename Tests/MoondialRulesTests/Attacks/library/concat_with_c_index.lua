-- __index is table.concat itself: concat calls concat, and no script code runs in between.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local t = setmetatable({}, { __index = table.concat, __len = function() return 1 << 60 end })
    local ok = pcall(table.concat, t)
    return not ok and deny "survived"
  end,
}
