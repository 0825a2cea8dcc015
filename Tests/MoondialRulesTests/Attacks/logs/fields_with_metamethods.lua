-- The host reads the fields while it writes the line: raw, or it runs script code.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local function forever() while true do end end
    pcall(moondial.log, "x", setmetatable({ a = 1 }, { __pairs = forever, __index = forever, __len = forever }))
    return deny "survived"
  end,
}
