-- The iterator function itself, called with positions that no loop would give it.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local next_code = utf8.codes ""
    for _, position in ipairs { 0, 1, -1, 100, math.mininteger, math.maxinteger } do
      pcall(next_code, "", position)
      pcall(next_code, "é", position)
      pcall(next_code, "\xc3", position)
    end
    return deny "survived"
  end,
}
