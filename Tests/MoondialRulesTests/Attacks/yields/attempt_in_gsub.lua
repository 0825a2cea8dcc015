-- Lua cannot leave a gsub callback to wait: the attempt must be refused before anything is sent.
-- expect: review rule_error
-- message: cannot wait inside a string.gsub replacement
rule "attack" {
  pre_check = function(req)
    return ("x"):gsub(".", function() return moondial.attempt("mobile", req.phone, "other").code end)
  end,
}
