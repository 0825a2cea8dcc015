-- Bytecode is not verified: it reads and writes any memory.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local a = load("\27Lua\x54\0\x19\x93\r\n\x1a\n\4\8\8xV\0\0\0\0\0\0\0")
    local b = load("\27Lua", "chunk", "b")
    local c = load("\27Lua", "chunk", "bt")
    local d = load(function() return nil end, "chunk", "b")
    return not (a or b or c or d) and deny "survived"
  end,
}
