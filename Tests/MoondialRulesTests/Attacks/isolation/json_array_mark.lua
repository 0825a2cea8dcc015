-- The mark of JSON arrays is a metatable that all arrays share.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local list = moondial.json.decode "[]"
    local a = pcall(setmetatable, list, {})
    local b = pcall(moondial.json.array, setmetatable({}, { __index = print }))
    local c = pcall(moondial.json.array, string)
    return not (a or b or c) and not getmetatable(list) and moondial.json.encode(list) == "[]" and deny "survived"
  end,
}
