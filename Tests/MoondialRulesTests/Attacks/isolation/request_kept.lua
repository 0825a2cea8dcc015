-- The request of one run in the hands of the next.
-- expect: deny survived
-- runs: 2
local kept
rule "attack" {
  pre_check = function(req)
    local same = kept == nil or kept.phone == req.phone
    kept = req
    return same and not pcall(rawset, kept, "phone", "x") and deny "survived"
  end,
}
