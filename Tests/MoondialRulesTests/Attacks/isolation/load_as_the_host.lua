-- A chunk named like the host's own prelude would vanish from tracebacks, and pass for the host.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local ok, chunk = pcall(load, "return 1", "=[moondial prelude]")
    return (not ok or chunk == nil) and deny "survived"
  end,
}
