-- In a table with weak keys each value is the next key, in random order: the collector goes through all 40,000 entries
-- again for every few that it finds alive, in one step that meets no hook.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local keys, weak = {}, setmetatable({}, { __mode = "k" })
    for i = 1, 40000 do keys[i] = {} end
    for i = 40000, 2, -1 do
      local j = math.random(i)
      keys[i], keys[j] = keys[j], keys[i]
    end
    for i = 1, 39999 do weak[keys[i]] = keys[i + 1] end
    local first, garbage = keys[1], nil
    keys = nil
    while true do garbage = { first, garbage and garbage[1] } end
  end,
}
