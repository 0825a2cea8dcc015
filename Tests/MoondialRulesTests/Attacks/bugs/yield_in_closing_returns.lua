-- Waiting in a closing handler while a function returns lost or mixed up its results up to 5.4.3.
-- expect: deny survived
-- token: sim:delay=5ms
rule "attack" {
  pre_check = function(req)
    local function many(...)
      local function wait() pcall(moondial.attempt, "mobile", req.phone, req.token) end
      local x <close> = setmetatable({}, { __close = wait })
      return ...
    end
    local a, b, c = many(1, 2, 3)
    local n = select("#", many(table.unpack({}, 1, 100)))
    return a == 1 and b == 2 and c == 3 and n == 100 and deny "survived"
  end,
}
