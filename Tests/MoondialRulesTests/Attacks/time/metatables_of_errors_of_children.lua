-- Errors whose metatable is a large list, raised in functions of moondial.all and caught.
-- expect: deny survived
-- budget: hook=10s run=10s
local large = {}
for i = 1, 400000 do large[i] = true end
rule "attack" {
  pre_check = function()
    local function fail() error(setmetatable({}, large)) end
    for _ = 1, 200 do pcall(moondial.all, { fail }) end
    return deny "survived"
  end,
}
