-- Nor the reader function of load: the parser is in C, and keeps what it has on the C stack.
-- expect: deny survived
rule "attack" {
  pre_check = function(req)
    local chunk, problem = load(function() return moondial.attempt("mobile", req.phone, "other").content end)
    return not chunk and problem:find "cannot wait inside" and deny "survived"
  end,
}
