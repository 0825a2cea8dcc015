-- math.randomseed() returns its seeds, and one of them is the address of the state.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local ok, a, b = pcall(math.randomseed)
    for _, seed in ipairs { ok and a or 0, ok and b or 0 } do
      if math.type(seed) == "integer" and seed >> 32 >= 0x5000 and seed >> 32 <= 0x7fff then return end
    end
    return deny "survived"
  end,
}
