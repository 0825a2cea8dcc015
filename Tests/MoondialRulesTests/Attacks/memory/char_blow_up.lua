-- utf8.char and table.pack with 200,000 arguments, whose results become the arguments of the next call.
-- expect: review rule_memory
-- budget: hook=5s run=5s memory=16MiB
rule "attack" {
  pre_check = function()
    local keep = {}
    while true do keep[#keep + 1] = table.pack(table.unpack({}, 1, 200000)) end
  end,
}
