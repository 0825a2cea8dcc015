-- The reader is an iterator of gmatch: from the parser to the matcher and back, without script code.
-- expect: deny survived
-- budget: hook=2s run=2s
rule "attack" {
  pre_check = function()
    local chunk = load(("-"):rep(8 << 20):gmatch "-")
    return not chunk and deny "survived"
  end,
}
