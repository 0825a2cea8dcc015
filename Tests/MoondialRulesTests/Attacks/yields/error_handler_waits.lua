-- A message handler that waits, and then fails.
-- expect: deny survived
-- token: sim:delay=5ms
rule "attack" {
  pre_check = function(req)
    local ok = xpcall(error, function()
      pcall(moondial.attempt, "mobile", req.phone, req.token)
      error "again"
    end)
    return not ok and deny "survived"
  end,
}
