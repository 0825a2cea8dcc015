-- break out of a generic for with a closing value, past a captured loop variable, leaves the value marked as to be
-- closed where other values come to stand: the next C function that pops its stack closes one of those.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local closed = 0
    local closing = setmetatable({}, { __close = function() closed = closed + 1 end })
    for k in next, { 1 }, nil, closing do
      local function f() return k end
      break
    end
    print("a", "b")
    return closed == 1 and deny "survived"
  end,
}
