-- Functions with 60 upvalues each, made by a chunk that is built at run time.
-- expect: review rule_memory
-- budget: hook=5s run=5s memory=8MiB
rule "attack" {
  pre_check = function()
    local names = {}
    for i = 1, 60 do names[i] = "u" .. i end
    local list = table.concat(names, ", ")
    local make = load("local keep = {} while true do local " .. list .. " keep[#keep + 1] = function() return "
      .. list .. " end end")
    make()
  end,
}
