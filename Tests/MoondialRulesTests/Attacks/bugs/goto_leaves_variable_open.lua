-- The same by goto instead of break, out of two loops.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    pcall(function()
      local closing = setmetatable({}, { __close = function() end })
      for _ = 1, 2 do
        for k in next, { 1 }, nil, closing do
          local function f() return k end
          goto out
        end
      end
      ::out::
      print "out"
    end)
    return deny "survived"
  end,
}
