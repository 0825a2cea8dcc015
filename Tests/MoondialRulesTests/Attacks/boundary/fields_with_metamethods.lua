-- The fields are read raw: no script code runs while the host reads them, and what __index pretends is not there.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local function forever() while true do end end
    local mt = { __pairs = forever, __len = forever, __index = forever, __close = forever, __eq = forever }
    return deny("survived", setmetatable({ a = 1 }, mt))
  end,
}
