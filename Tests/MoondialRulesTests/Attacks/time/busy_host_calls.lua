-- Keeps the host itself busy: little Lua, much hashing and encoding.
-- expect: review rule_timeout
-- budget: memory=1GiB vm=1GiB
rule "attack" {
  pre_check = function()
    local text, list = ("x"):rep(60000), {}
    for i = 1, 2000 do list[i] = i end
    while true do
      moondial.hash(text, text)
      moondial.json.decode(moondial.json.encode(list))
    end
  end,
}
