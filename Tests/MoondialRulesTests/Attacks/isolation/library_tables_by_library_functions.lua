-- table.insert, move, sort and remove write to tables in C.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local a = pcall(table.insert, string, "leak")
    local b = pcall(table.move, { "leak" }, 1, 1, 1, math)
    local c = pcall(table.move, { print }, 1, 1, "upper", string)
    local d = pcall(table.insert, moondial, 1, "leak")
    pcall(table.sort, string, function() return false end)
    pcall(table.remove, string)
    pcall(table.remove, _G, "rule")
    return not (a or b or c or d) and string[1] == nil and math[1] == nil and deny "survived"
  end,
}
