-- The first byte decides: here it comes alone, from a reader function.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local pieces = { "\27", "Lua", "\x54\0\x19\x93\r\n\x1a\n" }
    local chunk = load(function() return table.remove(pieces, 1) end, "chunk")
    return not chunk and deny "survived"
  end,
}
