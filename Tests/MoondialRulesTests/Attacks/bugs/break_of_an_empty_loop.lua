-- The same where the loop ends without ever having begun: the break is in code that does not run.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local closed = 0
    local closing = setmetatable({}, { __close = function() closed = closed + 1 end })
    for k in next, {}, nil, closing do
      local function f() return k end
      break
    end
    tostring {}
    return closed == 1 and deny "survived"
  end,
}
