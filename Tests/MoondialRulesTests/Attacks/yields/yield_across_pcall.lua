-- Yields from within nested pcall and xpcall, and fails after that: each must catch its own.
-- expect: deny survived
-- token: sim:delay=5ms
rule "attack" {
  pre_check = function(req)
    local ok, problem = pcall(function()
      local ok, code = xpcall(function()
        local code = moondial.attempt("mobile", req.phone, req.token).code
        pcall(error, "inner")
        return code
      end, function(e) return e end)
      error(ok and code, 0)
    end)
    return not ok and problem == 9000 and deny "survived"
  end,
}
