-- Without debug and setfenv nobody changes another function's _ENV; with load a chunk has one of its own.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local world = setmetatable({}, { __index = _G })
    load("deny = nil leak = 1 string = nil", "chunk", "t", world)()
    return world.leak == 1 and string.rep("a", 2) == "aa" and deny "survived"
  end,
}
