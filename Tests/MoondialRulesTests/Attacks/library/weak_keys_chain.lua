-- A chain of weak keys, each value the next key, in random order: the collector passes over the whole table once for every
-- link that it finds, and all that is one step of it.
-- expect: review rule_timeout
-- costs: state
rule "attack" {
  pre_check = function()
    local keys, weak = {}, setmetatable({}, { __mode = "k" })
    for i = 1, 8192 do keys[i] = {} end
    for i = 8192, 2, -1 do
      local j = math.random(i)
      keys[i], keys[j] = keys[j], keys[i]
    end
    for i = 1, 8191 do weak[keys[i]] = keys[i + 1] end
    local first, garbage = keys[1], nil
    keys = nil
    while true do garbage = { first, garbage and garbage[1] } end
  end,
}
