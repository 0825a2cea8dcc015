-- Two bytes of text for each table in Lua, decoded into a list that is kept.
-- expect: review rule_memory
-- budget: hook=5s run=5s memory=16MiB
rule "attack" {
  pre_check = function()
    local keep, text = {}, "[" .. ("{},"):rep(20000) .. "{}]"
    while true do keep[#keep + 1] = moondial.json.decode(text) end
  end,
}
