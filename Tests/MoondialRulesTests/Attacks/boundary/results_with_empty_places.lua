-- A table that was given 900,000 places and has no value, thousands of times in one result: each costs a few bytes, and a
-- walk over all its places.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local t = table.pack(table.unpack({}, 1, 900000))
    t.n = nil
    local results = {}
    for i = 1, 6500 do results[i] = t end
    return results
  end,
}
