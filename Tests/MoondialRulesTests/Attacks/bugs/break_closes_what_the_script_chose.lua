-- The value that stands there is a table with its own __close: it runs inside of a pop of the host's, and raises, waits
-- or loops there.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local closing = setmetatable({}, { __close = function() end })
    local mt = { __close = function() while true do end end, __tostring = function() return "bad" end }
    local bad = setmetatable({}, mt)
    for k in next, { 1 }, nil, closing do
      local function f() return k end
      break
    end
    print(bad, bad, bad, bad, bad, bad)
    moondial.log("x", { a = 1 })
    while true do end
  end,
}
